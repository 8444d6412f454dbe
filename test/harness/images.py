"""Our images on a Docker host, and the container that takes nginx-proxy's place."""

import json
import os
import subprocess
import sys
from typing import List, Tuple

from harness import asking, paths
from harness.docker import DockerHost, run
from harness.envoy import HttpProxy
from harness.wait import eventually

DROP_IN = "fairlead-drop-in"


def build_images(host: DockerHost, *images: str) -> None:
    environment = {
        **os.environ,
        "DOCKER_HOST": f"unix://{host.socket}",
        "FAIRLEAD_BIN": str(paths.bin_folder()),
    }
    run([str(paths.TOP / "deploy" / "images" / "build"), *images], env=environment)


def volumes(world, *more: str) -> list:
    """Of that service: the engine's socket and others."""
    return [f"{world.host1.socket}:/tmp/docker.sock:ro", *more]


def proxy_service(host: DockerHost, **more) -> dict:
    """A Compose service as nginx-proxy's users write it, with another image's name."""
    return {
        "image": DROP_IN,
        "volumes": [f"{host.socket}:/tmp/docker.sock:ro"],
        **({"ports": ["80:80", "443:443"]} if "network_mode" not in more else {}),
        **more,
    }


class DropIn(HttpProxy):
    """That container, by its id."""

    def __init__(self, host: DockerHost, container: str) -> None:
        super().__init__(f"drop-in {container}", host.ip, 80)
        self.https_port = 443
        self.host = host
        self.container = container

    @property
    def https(self) -> asking.Address:
        return self.ip, self.https_port

    @property
    def http(self) -> asking.Address:
        return self.ip, self.port

    def await_shown(self, name: str, certificate: bytes) -> None:
        eventually(
            f"{name} is served with its certificate at {self.name}",
            lambda: asking.shown(self.https, name) == certificate,
        )

    def log(self) -> str:
        command = [paths.DOCKER, "-H", f"unix://{self.host.socket}", "logs", self.container]
        return subprocess.run(
            command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ).stdout

    def state(self) -> dict:
        return json.loads(self.host.docker("inspect", "-f", "{{json .State}}", self.container))

    def await_ready(self) -> None:
        def ready() -> bool:
            assert self.state()["Running"], f"it ended:\n{self.log()[-3000:]}"
            return '"ready: ' in self.log()

        eventually(f"{self.name} is ready", ready)

    def await_end(self) -> int:
        """Its exit status."""
        eventually(f"{self.name} ends", lambda: not self.state()["Running"])
        return self.state()["ExitCode"]

    def process(self, program: str) -> int:
        """The id, on this machine, of the process of that program."""
        rows = self.host.docker("top", self.container, "-o", "pid,comm").splitlines()[1:]
        found = [int(pid) for pid, name in (row.split() for row in rows) if name in program]
        assert len(found) == 1, rows
        return found[0]

    def problems(self) -> List[dict]:
        text = self.host.docker("exec", self.container, "fairlead", "problems", "-o", "json")
        return json.loads(text).get("problems", [])

    def active_requests(self) -> int:
        """How many requests Envoy has under way, by its own word."""
        admin = f"/proc/{self.process('envoy')}/root/run/fairlead/envoy/admin.sock"
        stats = run(
            ["curl", "-fsS", "--unix-socket", admin, "http://envoy/stats?filter=http.http.*rq_active"]
        )
        return int(stats.split()[-1])


# What it prints: 0, or the number of the error. All modules are there before it changes its root.
_CONNECT = """
import ctypes, os, socket, sys
pid, uid, gid, path = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
namespace = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
if ctypes.CDLL(None, use_errno=True).setns(namespace, 0) != 0:
    raise OSError(ctypes.get_errno(), "setns")
os.setgroups([])
os.setresgid(gid, gid, gid)
os.setresuid(uid, uid, uid)
print(socket.socket(socket.AF_UNIX).connect_ex(path))
"""


def connect_as_process(pid: int, path: str) -> int:
    """What the system says (0, or the number of an error) when somebody with the user, the group and the files of that
    process connects to a Unix socket."""
    user, group = ids_of(pid)
    return int(run([sys.executable, "-c", _CONNECT, str(pid), str(user), str(group), path]))


def ids_of(pid: int) -> Tuple[int, int]:
    """The effective user and group of a process."""
    return int(status_of(pid)["Uid"].split()[1]), int(status_of(pid)["Gid"].split()[1])


def status_of(pid: int) -> dict:
    with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
        return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}
