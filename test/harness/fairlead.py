"""Our own programs: the server, an agent on each host, and the command line."""

import json
import pathlib
import subprocess
import urllib.error
import urllib.request
from typing import List, Optional

from harness import paths
from harness.docker import DockerHost, run
from harness.process import Process
from harness.wait import eventually

XDS_PORT = 18000
AGENT_PORT = 18001
ADMIN_PORT = 18002
STATUS_PORT = 18080
# Where the proxies of the default group listen for HTTP.
HTTP_PORT = 10080


def url_host(ip: str) -> str:
    """An address as it stands before a port (RFC 3986, section 3.2.2)."""
    return f"[{ip}]" if ":" in ip else ip


class Server:
    """fairlead-server on one address of the machine. What it stores outlives restarts."""

    def __init__(
        self,
        ip: str,
        folder: pathlib.Path,
        flags: Optional[List[str]] = None,
        http_port: int = HTTP_PORT,
        http_ip: str = "0.0.0.0",
    ) -> None:
        self.ip = ip
        self._http_ip = http_ip
        self.http_port = http_port  # where its proxies listen
        self._folder = folder
        self._flags = flags or []
        self.process: Optional[Process] = None

    def start(self, wait: bool = True) -> None:
        self.process = Process(
            "server",
            [
                paths.server(),
                f"--xds-listen={self.ip}:{XDS_PORT}",
                f"--agent-listen={self.ip}:{AGENT_PORT}",
                f"--admin-listen={self.ip}:{ADMIN_PORT}",
                f"--http-listen={self.ip}:{STATUS_PORT}",
                f"--http-listener={url_host(self._http_ip)}:{self.http_port}",
                f"--data-dir={self._folder / 'data'}",
                "--insecure",
                *self._flags,
            ],
            self._folder,
        )
        if wait:
            eventually("the server is ready", self.is_ready)

    def is_ready(self) -> bool:
        assert self.process.is_running(), f"fairlead-server ended:\n{self.process.log()[-2000:]}"
        try:
            with urllib.request.urlopen(
                f"http://{self.ip}:{STATUS_PORT}/readyz", timeout=1
            ) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def call(self, *arguments: str) -> dict:
        """A command of `fairlead`, as JSON."""
        return json.loads(self.text(*arguments, "-o", "json"))

    def text(self, *arguments: str) -> str:
        return run(self.command(*arguments))

    def command(self, *arguments: str) -> List[str]:
        """A command of `fairlead`, to be run."""
        return [
            paths.fairlead(),
            "--server",
            f"{self.ip}:{ADMIN_PORT}",
            "--insecure",
            *arguments,
        ]

    def hosts(self) -> List[dict]:
        return self.call("hosts").get("hosts", [])

    def connected(self, host_id: str) -> bool:
        return any(
            host["id"] == host_id and host.get("state") == "CONNECTED" for host in self.hosts()
        )

    def endpoints(self, name: str = "") -> List[dict]:
        return self.call("endpoints", *([name] if name else [])).get("endpoints", [])

    def problems(self, container: str = "") -> List[dict]:
        problems = self.call("problems").get("problems", [])
        return [problem for problem in problems if container in problem.get("container", "")]

    def proxy(self, node_id: str) -> Optional[dict]:
        proxies = self.call("proxies").get("proxies", [])
        return next((proxy for proxy in proxies if proxy["nodeId"] == node_id), None)

    def responses(self, node_id: str) -> dict:
        """How many responses of each type that proxy was sent on its present stream."""
        proxy = self.proxy(node_id) or {}
        return {sync["type"]: int(sync.get("responses", 0)) for sync in proxy.get("types", [])}


class Agent:
    """fairlead-agent in one host's network."""

    def __init__(
        self,
        host: DockerHost,
        server: Server,
        folder: pathlib.Path,
        socket: str = "",
        host_id: str = "",
    ) -> None:
        self._host = host
        self._server = server
        self._folder = folder
        self._socket = socket or host.socket
        self.host_id = host_id or host.id
        # Where the host stands, from the next start on.
        self.zone = ""
        self.process: Optional[Process] = None

    def start(self, wait: bool = True) -> None:
        self.process = Process(
            f"agent-{self.host_id}",
            [
                paths.agent(),
                f"--server={self._server.ip}:{AGENT_PORT}",
                f"--docker-host=unix://{self._socket}",
                f"--host-id={self.host_id}",
                f"--advertise-address={self._host.ip}",
                "--insecure",
                *([f"--zone={self.zone}"] if self.zone else []),
            ],
            self._folder,
            prefix=self._host.inside,
        )
        if wait:
            eventually(f"{self.host_id} is connected", lambda: self._server.connected(self.host_id))


def bootstrap_envoy(server: Server, node_id: str, host_id: str, admin_port: int) -> str:
    """An Envoy bootstrap; with an empty `host_id` the proxy stands outside of every host."""
    command = [
        paths.fairlead(),
        "bootstrap",
        "envoy",
        f"--xds={server.ip}:{XDS_PORT}",
        f"--node-id={node_id}",
        f"--admin-port={admin_port}",
    ]
    if host_id:
        command.append(f"--host={host_id}")
    return run(command)


def fails(command: List[str]) -> str:
    """What a command that must fail prints on standard error."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20
    )
    assert done.returncode != 0, f"{' '.join(command)} succeeded: {done.stdout}"
    return done.stderr
