"""Whatever is restarted, traffic goes on as it was, and what happens afterwards is followed."""

import pytest

from harness.docker import demo_service
from harness.envoy import Envoy
from harness.load import Load
from harness.wait import eventually


def end(process, how: str) -> None:
    """In order, or with SIGKILL."""
    if how == "kill -9":
        process.kill()
    else:
        process.stop()


@pytest.mark.parametrize("how", ["in order", "kill -9"])
def test_the_server_under_load(world, project, how):
    web = project({"web": demo_service("server-restart.example")})
    web.up({"web": 2})
    world.edge.await_only("server-restart.example", web.containers())
    with Load(world.edge, "server-restart.example", world.folder) as load:
        end(world.server.process, how)
        world.edge.await_only("server-restart.example", web.containers())
        world.server.start()
        for host in (world.host1, world.host2):
            eventually(f"{host.id} is back", lambda: world.server.connected(host.id))
        eventually("the proxy is back", lambda: world.server.proxy("edge"))
        web.up({"web": 4})
        world.edge.await_only("server-restart.example", web.containers())
    assert load.failed == []


def test_a_killed_server_answers_with_no_less_than_it_knew_while_agents_are_silent(world, project):
    services = {"web": demo_service("static.example", ports=["8000"])}
    here = project(services, world.host1, name="static")
    there = project(services, world.host2, name="static")
    here.up({"web": 2})
    there.up()
    everyone = here.containers() + there.containers()
    world.edge.await_only("static.example", everyone)
    before = world.edge.endpoints("static/web:8000")

    world.agent1.process.suspend()
    world.agent2.process.suspend()
    world.server.process.kill()
    world.server.start()
    eventually("the proxy is back", lambda: world.server.proxy("edge"))
    # One that knows nothing yet has all of its answers from what was stored.
    late = Envoy("late", world.server, world.folder, world.host2, host_id=world.host1.id)
    late.start()
    try:
        eventually(
            "the late one has what the first has",
            lambda: late.endpoints("static/web:8000") == before,
        )
    finally:
        late.process.stop()
    assert world.edge.endpoints("static/web:8000") == before
    assert set(world.edge.answers("static.example")) == set(everyone)


@pytest.mark.parametrize("how", ["in order", "kill -9"])
def test_an_agent_under_load_causes_no_push_at_all(world, project, how):
    web = project({"web": demo_service("agent-restart.example")})
    web.up({"web": 2})
    world.edge.await_only("agent-restart.example", web.containers())
    before = world.server.responses("edge")
    with Load(world.edge, "agent-restart.example", world.folder) as load:
        end(world.agent1.process, how)
        eventually("the agent is missed", lambda: not world.server.connected(world.host1.id))
        world.agent1.start()
        assert world.server.responses("edge") == before
        web.up({"web": 3})
        world.edge.await_only("agent-restart.example", web.containers())
    assert load.failed == []


def test_what_happened_while_the_agent_was_away_is_followed(world, project):
    web = project({"web": demo_service("agent-away.example")})
    web.up({"web": 3})
    world.edge.await_only("agent-away.example", web.containers())
    world.agent1.process.kill()
    web.up({"web": 1})
    web.up({"web": 2})
    world.agent1.start()
    world.edge.await_only("agent-away.example", web.containers())


def test_an_engine_with_live_restore_under_load(world, project):
    world.host1.stop_engine()
    world.host1.start_engine(live_restore=True)
    web = project({"web": demo_service("live-restore.example")})
    web.up({"web": 2})
    world.edge.await_only("live-restore.example", web.containers())
    before = world.edge.endpoints(f"{web.name}/web:8000")
    with Load(world.edge, "live-restore.example", world.folder) as load:
        world.host1.kill_engine()
        eventually("the report says so", lambda: engine_error(world, world.host1.id))
        assert world.edge.endpoints(f"{web.name}/web:8000") == before
        world.host1.start_engine(live_restore=True)
        eventually(
            "the agent has its engine again", lambda: not engine_error(world, world.host1.id)
        )
        assert world.edge.endpoints(f"{web.name}/web:8000") == before
        web.up({"web": 3})
        world.edge.await_only("live-restore.example", web.containers())
    assert load.failed == []


@pytest.mark.parametrize("how", ["in order", "kill -9"])
def test_an_engine_that_stops_its_containers_under_load(world, project, how):
    services = {"web": demo_service("engine-restart.example", ports=["8000"], restart="always")}
    here = project(services, world.host1, name="engine-restart")
    there = project(services, world.host2, name="engine-restart")
    here.up()
    there.up({"web": 2})
    world.edge.await_only("engine-restart.example", here.containers() + there.containers())
    with Load(world.edge, "engine-restart.example", world.folder, rate=50) as load:
        if how == "kill -9":
            world.host2.kill_engine()
        else:
            world.host2.stop_engine()
        eventually("the report says so", lambda: engine_error(world, world.host2.id))
        assert world.edge.get("engine-restart.example").status == 200
        world.host2.start_engine()
        eventually("its containers run again", lambda: len(there.containers()) == 2)
        world.edge.await_only(
            "engine-restart.example", here.containers() + there.containers(), seconds=60
        )
    assert [request for request in load.failed if request["method"] == "GET"] == []


def engine_error(world, host_id: str) -> str:
    """Why the agent of that host does not reach its engine; empty while it does."""
    return next(
        host.get("engineError", "") for host in world.server.hosts() if host["id"] == host_id
    )
