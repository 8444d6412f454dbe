"""A gRPC service in containers, and clients of it that take their configuration from the server and have no proxy.

Their sources are in test/harness/grpc. What is built or installed for them lies in .cache.
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from typing import Collection, Dict, List, Optional

from harness import paths
from harness.docker import DockerHost, run
from harness.fairlead import ADMIN_PORT, XDS_PORT, Server
from harness.process import Process
from harness.wait import eventually

IMAGE = "fairlead-grpc"
SOURCES = paths.TOP / "test" / "harness" / "grpc"
PROGRAMS = paths.TOP / ".cache" / "grpc-go"
PYTHON = paths.TOP / ".cache" / "grpc-python" / "bin" / "python3"


def go() -> str:
    """The `go` that test/run installed, as the one in the path is too old then; else that one."""
    places = [str(paths.TOP / ".cache/go/bin"), os.environ.get("PATH", ""), "/usr/local/go/bin"]
    found = shutil.which("go", path=os.pathsep.join(places))
    if found is None:
        raise RuntimeError("there is no `go`: call test/run packages, or install 1.26 or newer")
    return found


def build() -> None:
    """The Go programs, for any Linux: `who`, the service, and `caller`, a client."""
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    command = ["env", "CGO_ENABLED=0", go(), "build", "-ldflags=-s", "-o", f"{PROGRAMS}/"]
    run([*command, "./who", "./caller"], cwd=SOURCES)


def build_image(host: DockerHost) -> None:
    with tempfile.TemporaryDirectory() as context:
        shutil.copy(PROGRAMS / "who", f"{context}/who")
        host.docker("build", "-q", "-t", IMAGE, "-f", str(SOURCES / "who" / "Dockerfile"), context)


def grpc_service(host_name: str) -> dict:
    """A Compose service that answers each call with its container's short id."""
    return {"image": IMAGE, "environment": {"VIRTUAL_HOST": host_name}}


LANGUAGES = ("cpp", "go", "python")


def _command(language: str) -> List[str]:
    if language == "go":
        return [str(PROGRAMS / "caller")]
    if language == "python":
        return [str(PYTHON), str(SOURCES / "caller.py")]
    return [str(paths.bin_folder() / "test" / "harness" / "grpc" / "caller")]


class Caller:
    """A client that calls all the time; as a context manager it is stopped at the end of the block."""

    def __init__(
        self,
        language: str,
        target: str,
        server: Server,
        folder: pathlib.Path,
        host: Optional[DockerHost] = None,
        node_id: str = "",
        zone: str = "",
    ) -> None:
        """It stands on `host`, or, without one, outside of every host. `language` is one of LANGUAGES."""
        self.node_id = node_id or f"grpc-{language}"
        bootstrap = folder / f"{self.node_id}.json"
        bootstrap.write_text(_bootstrap(server, self.node_id, host.id if host else "", zone))
        self._process = Process(
            self.node_id,
            [*_command(language), target],
            folder,
            prefix=host.inside if host else [],
            environment={"GRPC_XDS_BOOTSTRAP": str(bootstrap)},
        )

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_) -> None:
        self._process.stop()

    def results(self) -> List[str]:
        """What came of each call: "ok NAME" or "failed WHY"."""
        # The last line may not be whole yet.
        return self._process.output().split("\n")[:-1]

    @property
    def failed(self) -> List[str]:
        return [result for result in self.results() if not result.startswith("ok ")]

    @property
    def containers(self) -> "collections.Counter[str]":
        """How many calls each container answered."""
        return collections.Counter(
            result[3:] for result in self.results() if result.startswith("ok ")
        )

    def await_only(self, containers: Collection[str]) -> None:
        """Until all of these answer, and nobody else."""
        wanted = {f"ok {container}" for container in containers}
        assert wanted, "there are no containers to wait for"

        def last_answers() -> bool:
            assert self._process.is_running(), f"{self.node_id} ended:\n{self._process.log()}"
            return set(self.results()[-20 * len(wanted) :]) == wanted

        eventually(f"only {sorted(wanted)} answer {self.node_id}", last_answers)


def put_weighted(server: Server, node_id: str, name: str, weights: Dict[str, int]) -> None:
    """Gives one client the target xds:///NAME, whose calls go to these clusters by their weights.

    The sum of the weights is to be 100: gRPC C++ 1.51 refuses any other without the old field total_weight.
    """
    envoy = "type.googleapis.com/envoy"
    http = f"{envoy}.extensions.filters"
    manager = {
        "@type": f"{http}.network.http_connection_manager.v3.HttpConnectionManager",
        "statPrefix": name,
        "rds": {"routeConfigName": name, "configSource": {"ads": {}, "resourceApiVersion": "V3"}},
        "httpFilters": [
            {"name": "router", "typedConfig": {"@type": f"{http}.http.router.v3.Router"}}
        ],
    }
    clusters = [{"name": cluster, "weight": weight} for cluster, weight in weights.items()]
    route = {"match": {"prefix": ""}, "route": {"weightedClusters": {"clusters": clusters}}}
    resources = [
        {
            "@type": f"{envoy}.config.listener.v3.Listener",
            "name": name,
            "apiListener": {"apiListener": manager},
        },
        {
            "@type": f"{envoy}.config.route.v3.RouteConfiguration",
            "name": name,
            "virtualHosts": [{"name": name, "domains": ["*"], "routes": [route]}],
        },
    ]
    subprocess.run(
        [str(PYTHON), str(SOURCES / "put_resources.py"), f"{server.ip}:{ADMIN_PORT}"],
        input=json.dumps({"scope": {"nodeId": node_id}, "resources": resources}),
        check=True,
        text=True,
    )


def _bootstrap(server: Server, node_id: str, host_id: str, zone: str) -> str:
    command = [paths.fairlead(), "bootstrap", "grpc"]
    # With a group of its own choice a node keeps what is derived from containers beside what is put for it alone.
    command += [f"--xds={server.ip}:{XDS_PORT}", f"--node-id={node_id}", "--group=default"]
    command += [f"--host={host_id}"] if host_id else []
    command += [f"--zone={zone}"] if zone else []
    return run(command)
