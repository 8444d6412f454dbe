"""Docker hosts, each a network namespace with an engine of its own, and Compose projects on them."""

import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from typing import Dict, List, Optional, Sequence, Union

from harness import paths
from harness.wait import eventually

IMAGE = "fairlead-demo"
# A HEALTHCHECK of the demo server.
CHECKED = {
    "test": ["CMD", "/web", "check", "8000"],
    "interval": "1s",
    "timeout": "1s",
    "retries": 1,
    "start_period": "300s",
}


def run(command: Sequence[str], **options) -> str:
    """Its standard output. When it fails, the error says what it printed."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        **options,
    )
    if done.returncode != 0:
        raise AssertionError(
            f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}"
        )
    return done.stdout


class DockerHosts:
    """Hosts 1..N on one switch; the machine itself is at .254. See test/tools/docker-hosts.

    FAIRLEAD_HOSTS=NAME:NET (such as fl-mine:10.203.9) wins over `name` and `net`, for a second run beside another.
    """

    def __init__(self, name: str, net: str) -> None:
        if os.environ.get("FAIRLEAD_HOSTS"):
            name, net = os.environ["FAIRLEAD_HOSTS"].split(":")
        self._net = net
        self._environment = {
            **os.environ,
            "DOCKER_HOSTS_NAME": name,
            "DOCKER_HOSTS_NET": net,
            "DOCKER_HOSTS_DIR": f"/tmp/{name}",
        }
        self._name = name
        self._lock = None

    def _call(self, *arguments: str, live_restore: bool = False) -> str:
        environment = {
            **self._environment,
            "DOCKER_HOSTS_ARGS": "--live-restore" if live_restore else "",
        }
        return run([str(paths.DOCKER_HOSTS), *arguments], env=environment)

    def up(self, count: int) -> None:
        """AssertionError while another process has them: it would lose them half-way."""
        self._lock = open(f"/tmp/{self._name}.lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise AssertionError(
                f"another run has the hosts {self._name}; see FAIRLEAD_HOSTS"
            ) from None
        self._call("down")
        self._call("up", str(count))

    def down(self) -> None:
        """Nothing, unless `up` was called."""
        if self._lock is not None:
            self._call("down")
            os.unlink(self._lock.name)
            self._lock.close()
            self._lock = None

    def machine_ip(self) -> str:
        return f"{self._net}.254"

    def host(self, number: int) -> "DockerHost":
        return DockerHost(self, number)


class DockerHost:
    """One of them."""

    def __init__(self, hosts: DockerHosts, number: int) -> None:
        self._hosts = hosts
        self.number = number
        self.id = f"host-{number}"
        self.ip = f"{hosts._net}.{number}"
        self.socket = f"/tmp/{hosts._name}/{number}/docker.sock"
        # What starts a command in its network. It execs, so the command's process id is the one we see.
        self.inside = ["nsenter", f"--net=/run/netns/{hosts._name}{number}"]

    def docker(self, *arguments: str) -> str:
        environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
        return run(
            [paths.DOCKER, "-H", f"unix://{self.socket}", *arguments], env=environment
        ).strip()

    def build_image(self) -> None:
        with tempfile.TemporaryDirectory() as context:
            shutil.copy(paths.web(), f"{context}/web")
            dockerfile = paths.TOP / "deploy" / "demo" / "Dockerfile"
            self.docker("build", "-q", "-t", IMAGE, "-f", str(dockerfile), context)

    def kill_engine(self) -> None:
        """SIGKILL; containers run on."""
        self._hosts._call("kill", str(self.number))

    def stop_engine(self) -> None:
        self._hosts._call("stop", str(self.number))

    def start_engine(self, live_restore: bool = False) -> None:
        self._hosts._call("start", str(self.number), live_restore=live_restore)

    def address(self, container: str) -> str:
        """Its address on its first network."""
        return self.docker(
            "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", container
        ).split()[0]

    def crash(self, container: str) -> None:
        """Its process dies, though nobody asked the engine for that; returns when the engine has started it again."""

        def process() -> int:
            return int(self.docker("inspect", "-f", "{{.State.Pid}}", container))

        died = process()
        os.kill(died, signal.SIGKILL)
        eventually(f"{container} runs again", lambda: process() not in (0, died))

    def ask(self, container: str, target: str) -> str:
        """What the container answers, asked without any proxy."""
        return run(
            [
                *self.inside,
                "curl",
                "-sS",
                "-m",
                "5",
                f"http://{self.address(container)}:8000{target}",
            ]
        )

    def remove_containers(self) -> None:
        containers = self.docker("ps", "-aq").split()
        if containers:
            self.docker("rm", "-f", *containers)
        self.docker("network", "prune", "-f")


class Project:
    """A Compose project on one host, with the demo image in every service that names no other."""

    def __init__(
        self,
        host: DockerHost,
        name: str,
        services: dict,
        folder: pathlib.Path,
        networks: Union[Sequence[str], Dict[str, dict]] = (),
    ) -> None:
        """`networks`: by name, with their settings if there are any."""
        self.host = host
        self.name = name
        for service in services.values():
            service.setdefault("image", IMAGE)
        # JSON is YAML too.
        self._file = folder / f"{name}.{host.id}.yaml"
        content: dict = {"services": services}
        if networks:
            settings = networks if isinstance(networks, dict) else dict.fromkeys(networks, {})
            content["networks"] = settings
        self._file.write_text(json.dumps(content))

    @property
    def file(self) -> str:
        """The compose file."""
        return str(self._file)

    def _compose(self, *arguments: str) -> str:
        return run(
            [
                "docker-compose",
                "-H",
                f"unix://{self.host.socket}",
                "-p",
                self.name,
                "-f",
                str(self._file),
                *arguments,
            ]
        )

    def up(self, scale: Optional[dict] = None) -> None:
        options = [
            word for name, count in (scale or {}).items() for word in ("--scale", f"{name}={count}")
        ]
        self._compose("up", "-d", *options)

    def down(self) -> None:
        self._compose("down", "-t", "1")

    def containers(self, service: str = "") -> List[str]:
        """Short ids of the running ones, as the demo server calls itself."""
        filters = ["--filter", f"label=com.docker.compose.project={self.name}"]
        if service:
            filters += ["--filter", f"label=com.docker.compose.service={service}"]
        return sorted(self.host.docker("ps", "-q", *filters).split())


def demo_service(host_name: str, **more) -> dict:
    """A Compose service of the demo server that claims a host name and serves on for a second after SIGTERM."""
    environment = {
        "VIRTUAL_HOST": host_name,
        "WEB_LINGER_MS": "1000",
        **more.pop("environment", {}),
    }
    return {"environment": environment, **more}
