"""A real Envoy that takes its configuration from the server, and what it answers."""

import collections
import http.client
import json
import pathlib
import socket
import time
from typing import Collection, List, Optional

from harness import paths
from harness.docker import DockerHost, run
from harness.fairlead import Server, bootstrap_envoy
from harness.process import Process
from harness.wait import eventually

ADMIN_PORT = 19901


class HttpProxy:
    """Whatever takes requests at an address and hands them to containers."""

    def __init__(self, name: str, ip: str, port: int) -> None:
        self.name = name
        self.ip = ip
        self.port = port
        # What each connection begins with, before the request.
        self.preamble = b""

    def connect(self) -> socket.socket:
        return socket.create_connection((self.ip, self.port), timeout=10)

    def get(self, host_name: str, target: str = "/", port: int = 0) -> Optional["Answer"]:
        """The answer through the proxy; None if there is none within ten seconds."""
        connection = http.client.HTTPConnection(self.ip, port or self.port, timeout=10)
        try:
            connection.connect()
            connection.sock.sendall(self.preamble)
            connection.request("GET", target, headers={"Host": host_name})
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
            return Answer(response.status, response.getheader("X-Served-By", ""), body)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def status(self, host_name: str, target: str = "/") -> int:
        """The status of the answer; 0 if there is none."""
        answer = self.get(host_name, target)
        return answer.status if answer else 0

    def answers(self, host_name: str, requests: int = 40) -> "collections.Counter[str]":
        """Who answers that many requests: containers' short ids, or the status if it is not 200."""
        counts: "collections.Counter[str]" = collections.Counter()
        for _ in range(requests):
            answer = self.get(host_name)
            counts[
                answer.by if answer and answer.status == 200 else str(answer and answer.status)
            ] += 1
        return counts

    def await_only(
        self, host_name: str, containers: Collection[str], seconds: float = 30.0
    ) -> None:
        """Until all of these containers answer, and nobody else."""
        wanted = set(containers)
        assert wanted, "there are no containers to wait for"
        deadline = time.monotonic() + seconds
        eventually(
            f"{sorted(wanted)} and nobody else answer for {host_name} at {self.name}",
            lambda: set(self.answers(host_name, 10 * len(wanted))) == wanted,
            deadline - time.monotonic(),
        )


class Envoy(HttpProxy):
    """In a host's network, or, with no host, on the machine, where it reaches published ports only."""

    def __init__(
        self,
        node_id: str,
        server: Server,
        folder: pathlib.Path,
        host: Optional[DockerHost] = None,
        host_id: str = "",
        admin_port: int = ADMIN_PORT,
    ) -> None:
        self.node_id = node_id
        self._inside = host.inside if host else []
        super().__init__(node_id, host.ip if host else "127.0.0.1", server.http_port)
        self._server = server
        self._folder = folder
        self._host_id = host_id or (host.id if host else "")
        self._admin_port = admin_port
        self.process: Optional[Process] = None

    def start(self, wait: bool = True) -> None:
        bootstrap = self._folder / f"{self.node_id}.yaml"
        bootstrap.write_text(
            bootstrap_envoy(self._server, self.node_id, self._host_id, self._admin_port)
        )
        self.process = Process(
            f"envoy-{self.node_id}",
            # Without a hot restart's shared memory, so that several run on one machine.
            [
                paths.envoy(),
                "-c",
                str(bootstrap),
                "--disable-hot-restart",
                "--concurrency",
                "2",
                "-l",
                "warning",
                # Whoever waits for a line of the access log waits for no more than that.
                "--file-flush-interval-msec",
                "100",
            ],
            self._folder,
            prefix=self._inside,
        )
        if wait:
            eventually(f"{self.node_id} listens", lambda: self.get("nobody.example") is not None)

    def admin(self, target: str) -> str:
        return run(
            [
                *self._inside,
                "curl",
                "-fsS",
                "-m",
                "5",
                f"http://127.0.0.1:{self._admin_port}{target}",
            ]
        )

    def endpoints(self, cluster: str) -> List[str]:
        """IP:PORT HEALTH of each endpoint as Envoy has it, sorted; DRAINING and UNHEALTHY ones too."""
        found = []
        for status in json.loads(self.admin("/clusters?format=json")).get("cluster_statuses", []):
            if status["name"] != cluster:
                continue
            for host in status.get("host_statuses", []):
                socket = host["address"]["socket_address"]
                health = host.get("health_status", {}).get("eds_health_status", "HEALTHY")
                found.append(f"{socket['address']}:{socket['port_value']} {health}")
        return sorted(found)

    def virtual_host(self, domain: str) -> Optional[dict]:
        """With its routes, as Envoy has it; None: it has none of that domain."""
        dump = json.loads(self.admin("/config_dump?resource=dynamic_route_configs"))
        for config in dump.get("configs", []):
            for host in config["route_config"].get("virtual_hosts", []):
                if domain in host["domains"]:
                    return host
        return None


class Answer:
    """What came back. `by` is the short id of the container that gave it; empty if none did."""

    def __init__(self, status: int, by: str, body: str) -> None:
        self.status = status
        self.by = by
        self.body = body
