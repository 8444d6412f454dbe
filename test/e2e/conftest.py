"""One world for all tests: two Docker hosts, the server, an agent on each, and two Envoys.

`edge` stands on host 1 and reaches the bridges there; `outside` stands on the machine and reaches published ports only.
Each test brings up Compose projects of its own; whatever it broke is mended before the next one.
"""

import itertools
import pathlib
import sys
from typing import Dict, Optional, Sequence, Union

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness.certificates import CertificateFolder  # noqa: E402
from harness.docker import DockerHost, DockerHosts, Project  # noqa: E402
from harness.envoy import Envoy  # noqa: E402
from harness.fairlead import Agent, Server  # noqa: E402
from harness.images import DropIn, build_images, proxy_service  # noqa: E402


class World:
    """What runs, by name."""

    def __init__(self, hosts: DockerHosts, folder: pathlib.Path) -> None:
        self.folder = folder
        self.hosts = hosts
        self.host1, self.host2 = hosts.host(1), hosts.host(2)
        self._started: list = []

    def start(self) -> None:
        for host in (self.host1, self.host2):
            host.build_image()
        self.server = self._start(
            Server(self.hosts.machine_ip(), self.folder, ["--default-host", "default.example"])
        )
        self.agent1 = self._start(Agent(self.host1, self.server, self.folder))
        self.agent2 = self._start(Agent(self.host2, self.server, self.folder))
        self.edge = self._start(Envoy("edge", self.server, self.folder, self.host1))
        self.outside = self._start(Envoy("outside", self.server, self.folder))

    def _start(self, program):
        self._started.append(program)
        program.start()
        return program

    def mend(self) -> None:
        """Whatever a test stopped, runs again."""
        for host in (self.host1, self.host2):
            host.start_engine()
        for program in self._started:
            program.process.resume()
            if not program.process.is_running():
                program.start()

    def stop(self) -> None:
        for program in reversed(self._started):
            if program.process:
                program.process.stop()


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    hosts = DockerHosts("fl-e2e", "10.203.1")
    running = World(hosts, tmp_path_factory.mktemp("world"))
    try:
        hosts.up(2)
        running.start()
        yield running
    finally:
        running.stop()
        hosts.down()


_numbers = itertools.count(1)


@pytest.fixture
def project(world):
    """Makes Compose projects: project({service: {...}}, host). Each has a name of its own unless it is given one."""
    made = []

    def make(
        services: dict,
        host: Optional[DockerHost] = None,
        name: str = "",
        networks: Union[Sequence[str], Dict[str, dict]] = (),
    ) -> Project:
        new = Project(
            host or world.host1, name or f"p{next(_numbers)}", services, world.folder, networks
        )
        made.append(new)
        return new

    yield make
    world.mend()
    for old in made:
        old.down()


@pytest.fixture(scope="session")
def images(world):
    """Ours are on host 1."""
    build_images(world.host1)


@pytest.fixture
def drop_in(world, project, images):
    """Brings up a project with the proxy, as the service `proxy` with more settings, beside other services."""

    def up(services: dict, proxy: Optional[dict] = None, networks: Sequence[str] = ()):
        service = proxy_service(world.host1, **(proxy or {}))
        compose = project({"proxy": service, **services}, networks=networks)
        compose.up()
        container = DropIn(world.host1, compose.containers("proxy")[0])
        container.await_ready()
        return compose, container

    return up


@pytest.fixture
def certificates(tmp_path):
    return CertificateFolder(tmp_path)
