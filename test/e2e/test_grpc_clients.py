"""gRPC clients that know the server and have no proxy: Python, Go and C++, each as its registry has it."""

import contextlib

import pytest

from harness import grpc_clients
from harness.grpc_clients import LANGUAGES, Caller, grpc_service
from harness.wait import eventually


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


@pytest.fixture
def zones(world):
    """Host 1 stands in the zone west, host 2 in the zone east."""

    def move(west: str, east: str) -> None:
        for agent, zone in ((world.agent1, west), (world.agent2, east)):
            agent.process.stop()
            agent.zone = zone
            agent.start()

    move("west", "east")
    yield
    move("", "")


def test_calls_stay_in_the_clients_zone_while_somebody_is_there(world, project, zones):
    published = {**grpc_service("zones.example"), "ports": ["8000"]}
    west, east = (
        project({"names": dict(published)}, host, name="zones")
        for host in (world.host1, world.host2)
    )
    west.up({"names": 2})
    east.up()
    in_east = set(east.containers())
    eventually("all are known", lambda: len(world.server.endpoints("zones/names:8000")) == 3)
    with contextlib.ExitStack() as stack:

        def start(zone: str):
            return [
                stack.enter_context(
                    Caller(
                        language,
                        "xds:///zones/names:8000",
                        world.server,
                        world.folder,
                        node_id=f"{zone}-{language}",
                        zone=zone,
                    )
                )
                for language in LANGUAGES
            ]

        of_west, of_east = start("west"), start("east")
        for caller in of_west:
            caller.await_only(west.containers())
            assert set(caller.containers) == set(west.containers()), caller.node_id
        for caller in of_east:
            caller.await_only(in_east)
        west.down()
        for caller in of_west:
            caller.await_only(in_east)
        west.up()
        for caller in of_west:
            caller.await_only(west.containers())
    for caller in of_west + of_east:
        assert caller.failed == [], caller.node_id
    for caller in of_east:
        assert set(caller.containers) == in_east, caller.node_id


def test_calls_are_split_by_the_weights_of_a_route_that_was_put(world, project):
    parts = [project({"names": grpc_service(f"weight-{weight}.example")}) for weight in (25, 75)]
    for part in parts:
        part.up()
    light, heavy = (f"{part.name}/names:8000" for part in parts)
    with contextlib.ExitStack() as stack:
        callers = []
        for language in LANGUAGES:
            node_id = f"weighted-{language}"
            grpc_clients.put_weighted(world.server, node_id, "weighted", {light: 25, heavy: 75})
            target = "xds:///weighted"
            caller = Caller(language, target, world.server, world.folder, world.host1, node_id)
            callers.append(stack.enter_context(caller))
        for caller in callers:
            eventually(f"{caller.node_id} called often", lambda: len(caller.results()) >= 1_000)
    for caller in callers:
        assert caller.failed[:3] == [], caller.node_id
        calls = caller.containers
        assert set(calls) == {name for part in parts for name in part.containers()}, caller.node_id
        share = sum(calls[name] for name in parts[0].containers()) / sum(calls.values())
        # A quarter; of a thousand calls, six standard deviations away at most.
        assert 0.17 < share < 0.33, f"{caller.node_id}: {share:.2f}"
