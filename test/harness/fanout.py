"""What test/bench/fanout is made of: control planes under load, and the client that loads them."""

import json
import pathlib
import resource
import shutil
import subprocess
import time
from typing import List, Optional, Sequence

from harness import paths
from harness.fairlead import AGENT_PORT, XDS_PORT, Server

# The whole of 127.0.0.0/8 is this machine's: ports do not meet those of other tests.
IP = "127.0.77.1"
PEER = paths.TOP / "test" / "bench" / "peer"
# How long a process has to use next to no processor until it counts as quiet, and how much that is.
QUIET_SECONDS = 0.1
QUIET_SHARE = 0.02
# What the load clients count.
COUNTED = ["responses", "resources", "removed", "bytes"]


def raise_descriptor_limit() -> int:
    """As high as this process may; the programs inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def processor_seconds(pid: int) -> float:
    """Of all threads, also of those that have ended; in nanoseconds' steps (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def resident_mb(pid: int) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise AssertionError(f"process {pid} has ended")


def await_quiet(pid: int, seconds: float = 60.0) -> None:
    """Until the process has done what it had to do."""
    deadline = time.monotonic() + seconds
    used = processor_seconds(pid)
    while time.monotonic() < deadline:
        time.sleep(QUIET_SECONDS)
        now = processor_seconds(pid)
        if now - used < QUIET_SHARE * QUIET_SECONDS:
            return
        used = now
    raise AssertionError(f"process {pid} was not quiet within {seconds} s")


def await_settled_memory(pid: int, seconds: float = 30.0) -> float:
    """MB, when the process has given back what it needed for a moment: less than half a MB came or went in five seconds."""
    deadline = time.monotonic() + seconds
    before = resident_mb(pid)
    while time.monotonic() < deadline:
        time.sleep(5)
        now = resident_mb(pid)
        if abs(now - before) < 0.5:
            return now
        before = now
    return before


class Program:
    """A program that takes a JSON object a line and answers each with one."""

    def __init__(self, arguments: Sequence[str], log: pathlib.Path) -> None:
        self._log = log
        with open(log, "ab") as errors:
            self._process = subprocess.Popen(
                list(arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, **command) -> dict:
        self.send(**command)
        return self.answer()

    def send(self, **command) -> None:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict:
        """Of the first command that was sent and not answered yet."""
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"a program ended:\n{self._log.read_text()[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer

    def stop(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Fairlead:
    """The real server, with containers that agents without engines report."""

    name = "fairlead"

    def __init__(self, folder: pathlib.Path) -> None:
        self._server = Server(IP, folder)
        self._server.start()
        self._hosts = Program([paths.fanout_hosts()], folder / "hosts.log")
        self.names: List[str] = []

    @property
    def pid(self) -> int:
        return self._server.process.pid

    def fill(self, services: int, endpoints: int) -> None:
        address = f"{IP}:{AGENT_PORT}"
        answer = self._hosts.tell(do="fill", to=address, services=services, endpoints=endpoints)
        self.names = answer["names"]

    def change(self, services: Sequence[int]) -> int:
        return self._hosts.tell(do="change", services=list(services))["at_ns"]

    def restart(self) -> None:
        """With what it stored; the agents report again."""
        self._server.process.stop()
        self._server.start()
        self._hosts.tell(do="settle")

    def stop(self) -> None:
        self._hosts.stop()
        self._server.process.stop()


class Commanded:
    """What stands in for Fairlead: a program that is filled and changed by commands."""

    def __init__(self, name: str, arguments: Sequence[str], log: pathlib.Path) -> None:
        self.name = name
        self._process = Program(arguments, log)
        self.names: List[str] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    def fill(self, services: int, endpoints: int) -> None:
        self.names = self._process.tell(do="fill", services=services, endpoints=endpoints)["names"]

    def change(self, services: Sequence[int]) -> int:
        return self._process.tell(do="change", services=list(services))["at_ns"]

    def stop(self) -> None:
        self._process.stop()


def start_peer(cache: str, folder: pathlib.Path) -> Commanded:
    """go-control-plane, `cache` being "linear" or "snapshot"."""
    arguments = [peer_binary(), f"--listen={IP}:{XDS_PORT}", f"--cache={cache}"]
    return Commanded(f"go-control-plane, {cache}", arguments, folder / "peer.log")


def start_floor(variant: str, folder: pathlib.Path) -> Commanded:
    """gRPC without a control plane: the same bytes to every stream."""
    arguments = [paths.fanout_floor(), f"{IP}:{XDS_PORT}", variant]
    return Commanded("floor", arguments, folder / "floor.log")


def peer_binary() -> str:
    return str(paths.TOP / ".cache" / "fanout-peer")


def build_peer() -> Optional[str]:
    """Nothing, or why there is no peer."""
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if go is None:
        return "there is no `go` on this machine (1.26 or newer is needed; see go.dev/doc/install)"
    done = subprocess.run(
        [go, "build", "-o", peer_binary(), "."],
        cwd=PEER,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return None if done.returncode == 0 else f"`go build` failed:\n{done.stdout[-2000:]}"


class Load:
    """Many streams to one control plane, shared evenly by the clients' processes, each of one thread."""

    def __init__(
        self, target, folder: pathlib.Path, like_grpc: bool = False, processes: int = 1
    ) -> None:
        """`like_grpc`: connections as gRPC's clients have them, not as Envoy: they measure them with PINGs, and windows begin small."""
        self._target = target
        self._like_grpc = like_grpc
        self._programs = [
            Program([paths.fanout_client()], folder / f"load-{number}.log")
            for number in range(processes)
        ]

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_) -> None:
        for program in self._programs:
            program.stop()

    def connect(
        self, streams: int, variant: str, subscriptions: List[dict], resume: bool = False
    ) -> float:
        """Milliseconds until the last stream was synced."""
        first = 0
        for program, share in zip(self._programs, self._shares(streams)):
            program.send(
                do="connect",
                to=f"{IP}:{XDS_PORT}",
                first=first,
                streams=share,
                variant=variant,
                subscriptions=subscriptions,
                resume=resume,
                like_grpc=self._like_grpc,
            )
            first += share
        return max(answer["wall_ms"] for answer in self._answers())

    def change(self, services: Sequence[int]) -> dict:
        """Changes an endpoint of each, and when the streams have that: first_ms, p50_ms, p99_ms, last_ms."""
        self._tell_all(do="arm", names=[self._target.names[service] for service in services])
        answers = self._tell_all(do="await", since_ns=self._target.change(services))
        times = sorted(time_ms for answer in answers for time_ms in answer["arrivals_ms"])
        last = len(times) - 1
        return {
            "first_ms": times[0],
            "p50_ms": times[int(0.5 * last)],
            "p99_ms": times[int(0.99 * last)],
            "last_ms": times[last],
        }

    def count(self) -> dict:
        answers = self._tell_all(do="count")
        return {key: sum(answer[key] for answer in answers) for key in COUNTED}

    def stop_reading(self, streams: int) -> None:
        for program, share in zip(self._programs, self._shares(streams)):
            program.tell(do="stop-reading", streams=share)

    def close(self) -> None:
        self._tell_all(do="close")

    def _shares(self, streams: int) -> List[int]:
        count = len(self._programs)
        return [streams // count + (number < streams % count) for number in range(count)]

    def _tell_all(self, **command) -> List[dict]:
        for program in self._programs:
            program.send(**command)
        return self._answers()

    def _answers(self) -> List[dict]:
        return [program.answer() for program in self._programs]
