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
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"a program ended:\n{self._log.read_text()[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{command['do']}: {answer['error']}")
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


class Peer:
    """go-control-plane, `cache` being "linear" or "snapshot"."""

    def __init__(self, cache: str, folder: pathlib.Path) -> None:
        self.name = f"go-control-plane, {cache}"
        arguments = [peer_binary(), f"--listen={IP}:{XDS_PORT}", f"--cache={cache}"]
        self._process = Program(arguments, folder / "peer.log")
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
    """Many streams to one control plane."""

    def __init__(self, target, folder: pathlib.Path, probes: bool = False) -> None:
        """`probes`: the clients send a PING now and then, as gRPC's do; Envoy does not."""
        self._target = target
        self._probes = probes
        self._program = Program([paths.fanout_client()], folder / "load.log")

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_) -> None:
        self._program.stop()

    def connect(
        self, streams: int, variant: str, subscriptions: List[dict], resume: bool = False
    ) -> float:
        """Milliseconds until the last stream was synced."""
        return self._program.tell(
            do="connect",
            to=f"{IP}:{XDS_PORT}",
            streams=streams,
            variant=variant,
            subscriptions=subscriptions,
            resume=resume,
            probes=self._probes,
        )["wall_ms"]

    def change(self, services: Sequence[int]) -> dict:
        """Changes an endpoint of each, and when the streams have that: first_ms, p50_ms, p99_ms, last_ms."""
        names = [self._target.names[service] for service in services]
        self._program.tell(do="arm", names=names)
        return self._program.tell(do="await", since_ns=self._target.change(services))

    def count(self) -> dict:
        return self._program.tell(do="count")

    def stop_reading(self, streams: int) -> None:
        self._program.tell(do="stop-reading", streams=streams)

    def close(self) -> None:
        self._program.tell(do="close")
