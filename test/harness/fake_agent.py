"""A Docker host without an engine: what the test says runs there (test/fakes/agent)."""

import json
import subprocess
from typing import Dict, Optional

from harness import paths
from harness.fairlead import AGENT_PORT, Server


def published(container_port: int, host_port: int) -> dict:
    return {
        "containerPort": container_port,
        "protocol": "tcp",
        "published": [{"hostIp": "127.0.0.1", "hostPort": host_port}],
    }


class FakeAgent:
    def __init__(self, server: Server, host_id: str = "h1") -> None:
        self._number = 0
        self._process = subprocess.Popen(
            [paths.fake_agent(), f"{server.ip}:{AGENT_PORT}", host_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        name: str,
        port: int,
        environment: Dict[str, str],
        labels: Optional[Dict[str, str]] = None,
        facts: Optional[dict] = None,
    ) -> str:
        """A container of the Compose service `name` whose port is published at 127.0.0.1:`port`.

        `facts`: others than usual, as facts.proto's Container has them. Returns its id when the server knows it."""
        self._number += 1
        container = {
            "id": f"{self._number:064x}",
            "name": f"shop-{name}-1",
            "image": "web",
            "labels": {
                "com.docker.compose.project": "shop",
                "com.docker.compose.service": name,
                **(labels or {}),
            },
            "environment": environment,
            "state": "RUNNING",
            "health": "NO_CHECK",
            "networkMode": "shop_default",
            "startedAt": f"2026-01-01T00:00:{self._number % 60:02d}Z",
            "createdAt": "2026-01-01T00:00:00Z",
            "ports": [published(8000, port)],
            **(facts or {}),
        }
        self._tell(json.dumps(container))
        return container["id"]

    def remove(self, container_id: str) -> None:
        """The container is gone. Returns when the server knows it."""
        self._tell(f"remove {container_id}")

    def _tell(self, line: str) -> None:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline()
        assert told == "told\n", f"the fake agent ended with {self._process.wait()}"

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)
