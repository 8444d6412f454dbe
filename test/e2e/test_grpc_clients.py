"""gRPC clients that know the server and have no proxy: Python, Go and C++, each as its registry has it."""

import contextlib

import pytest

from harness import grpc_clients
from harness.grpc_clients import LANGUAGES, Caller, grpc_service


@pytest.fixture(scope="module", autouse=True)
def image(world):
    grpc_clients.build()
    for host in (world.host1, world.host2):
        grpc_clients.build_image(host)


def test_no_call_fails_while_the_service_is_scaled_up_and_down(world, project):
    names = project({"names": grpc_service("names.example")})
    names.up()
    with contextlib.ExitStack() as stack:
        callers = [
            stack.enter_context(
                Caller(
                    language, f"xds:///{names.name}/names", world.server, world.folder, world.host1
                )
            )
            for language in LANGUAGES
        ]
        seen = set()
        for count in (1, 5, 2):
            names.up({"names": count})
            running = names.containers()
            assert len(running) == count
            seen.update(running)
            for caller in callers:
                caller.await_only(running)
    for caller in callers:
        assert caller.failed == [], caller.node_id
        assert set(caller.containers) == seen, caller.node_id


def test_a_client_outside_of_the_hosts_reaches_published_ports_on_all_of_them(world, project):
    published = {**grpc_service("published.example"), "ports": ["8000"]}
    there = [
        project({"names": dict(published)}, host, name="spread")
        for host in (world.host1, world.host2)
    ]
    for part in there:
        part.up()
    with contextlib.ExitStack() as stack:
        callers = [
            stack.enter_context(
                Caller(language, "xds:///spread/names:8000", world.server, world.folder)
            )
            for language in LANGUAGES
        ]
        for caller in callers:
            caller.await_only(there[0].containers() + there[1].containers())
        there[1].down()
        for caller in callers:
            caller.await_only(there[0].containers())
    for caller in callers:
        assert caller.failed == [], caller.node_id
