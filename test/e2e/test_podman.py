"""An agent on Podman's compatible socket: one container is routed."""

import pathlib
import shutil
import tempfile

import pytest

from harness.docker import IMAGE, demo_service, run
from harness.envoy import Envoy
from harness.fairlead import Agent
from harness.process import Process
from harness.wait import eventually
from harness import paths


@pytest.fixture
def podman(world, tmp_path):
    """A Podman of its own in host 2's network, which goes with that host. Yields what its commands begin with."""
    # Podman takes no runroot of more than 50 characters.
    short = pathlib.Path(tempfile.mkdtemp(prefix="fl-pod-", dir="/tmp"))
    command = [
        *world.host2.inside,
        "podman",
        f"--root={short}/root",
        f"--runroot={short}/run",
        f"--tmpdir={short}/tmp",
        "--cgroup-manager=cgroupfs",
        "--events-backend=file",
    ]
    socket = short / "podman.sock"
    service = Process(
        "podman", [*command, "system", "service", "-t", "0", f"unix://{socket}"], world.folder
    )
    eventually("Podman's socket", socket.exists)
    shutil.copy(paths.web(), tmp_path / "web")
    dockerfile = paths.TOP / "deploy" / "demo" / "Dockerfile"
    run([*command, "build", "-q", "-t", IMAGE, "-f", str(dockerfile), str(tmp_path)])
    yield command, str(socket)
    run([*command, "rm", "-af", "-t", "0"])
    service.stop()
    run([*command, "rmi", "-af"])
    shutil.rmtree(short, ignore_errors=True)


def test_a_container_of_podman_is_routed(world, podman):
    command, socket = podman
    agent = Agent(world.host2, world.server, world.folder, socket=socket, host_id="podman-host")
    agent.start()
    edge = Envoy("podman-edge", world.server, world.folder, world.host2, host_id="podman-host")
    edge.start()
    try:
        words = [
            f"--env={name}={value}"
            for name, value in demo_service("podman.example")["environment"].items()
        ]
        # It asks for more than a container may have here.
        limits = ["--ulimit=nofile=1000:1000", "--ulimit=nproc=1000:1000", "--no-healthcheck"]
        container = run(
            [*command, "run", "-d", "--name", "pod-web", *words, *limits, IMAGE]
        ).strip()
        edge.await_only("podman.example", [container[:12]])
        run([*command, "stop", "-t", "3", "pod-web"])
        eventually("it gets no traffic", lambda: set(edge.answers("podman.example", 5)) == {"503"})
    finally:
        edge.process.stop()
        agent.process.stop()
