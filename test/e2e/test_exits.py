"""Containers that end without a word, or stand still."""

from harness.docker import demo_service
from harness.load import Load
from harness.wait import eventually


def gets(failed):
    """Of the failed requests, those that may be repeated. A POST that a dying container had received may not."""
    return [request for request in failed if request["method"] == "GET"]


def test_one_killed_with_sigkill_costs_no_request_that_may_be_repeated(world, project):
    web = project({"web": demo_service("killed.example")})
    web.up({"web": 3})
    killed, *others = web.containers()
    world.edge.await_only("killed.example", [killed, *others])
    with Load(world.edge, "killed.example", world.folder) as load:
        world.edge.answers("killed.example", 20)
        world.host1.docker("kill", "--signal", "KILL", killed)
        world.edge.await_only("killed.example", others)
    assert gets(load.failed) == []


def test_one_that_exits_at_once_on_sigterm_costs_no_request_that_may_be_repeated(world, project):
    web = project({"web": demo_service("at-once.example", environment={"WEB_LINGER_MS": "0"})})
    web.up({"web": 3})
    world.edge.await_only("at-once.example", web.containers())
    with Load(world.edge, "at-once.example", world.folder) as load:
        world.edge.answers("at-once.example", 20)
        web.up({"web": 1})
        world.edge.await_only("at-once.example", web.containers())
    assert gets(load.failed) == []


def test_a_paused_one_gets_no_traffic_until_it_goes_on(world, project):
    web = project({"web": demo_service("paused.example")})
    web.up({"web": 2})
    paused, other = web.containers()
    world.edge.await_only("paused.example", [paused, other])
    world.host1.docker("pause", paused)
    try:
        world.edge.await_only("paused.example", [other])
        with Load(world.edge, "paused.example", world.folder) as load:
            world.edge.answers("paused.example", 100)
        assert load.failed == []
        assert set(load.containers) == {other}
    finally:
        world.host1.docker("unpause", paused)
    world.edge.await_only("paused.example", [paused, other])


def test_one_that_crashes_again_and_again_is_a_problem_and_costs_little(world, project):
    web = project({"web": demo_service("crash.example", restart="always")})
    web.up({"web": 2})
    crashing, other = web.containers()
    world.edge.await_only("crash.example", [crashing, other])
    with Load(world.edge, "crash.example", world.folder) as load:
        before = world.server.responses("edge")["EDS"]
        for _ in range(5):
            world.host1.crash(crashing)
        eventually(
            "a problem that says so",
            lambda: any(
                "again and again" in problem["what"] and "docker logs" in problem["cure"]
                for problem in world.server.problems(web.name)
            ),
        )
        world.edge.await_only("crash.example", [other])
        # Of five ends and five starts: the starts after the first two are spaced, and an end of what was not let in
        # changes nothing.
        assert world.server.responses("edge")["EDS"] - before <= 5
    assert gets(load.failed) == []
