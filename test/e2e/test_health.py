"""What HEALTHCHECK says decides who gets traffic."""

from harness.docker import CHECKED, demo_service
from harness.load import Load
from harness.wait import eventually


def test_no_traffic_before_healthy_and_none_when_it_turns_unhealthy(world, project):
    # Both start sick, and stay `starting` until they are well: a failed check does not count in the start period.
    web = project(
        {"web": demo_service("health.example", environment={"WEB_SICK": "1"}, healthcheck=CHECKED)}
    )
    web.up({"web": 2})
    first, second = web.containers()
    eventually(
        "both are known as starting", lambda: healths(world, web) == ["STARTING", "STARTING"]
    )

    world.host1.ask(first, "/sick?off")
    world.edge.await_only("health.example", [first])
    with Load(world.edge, "health.example", world.folder) as load:
        eventually(
            "the load has run for a while", lambda: world.host1.ask(second, "/healthz") == "sick\n"
        )
        world.edge.answers("health.example", 100)
    assert load.failed == []
    assert set(load.containers) == {first}

    world.host1.ask(second, "/sick?off")
    world.edge.await_only("health.example", [first, second])
    with Load(world.edge, "health.example", world.folder) as load:
        world.host1.ask(first, "/sick")
        world.edge.await_only("health.example", [second])
    assert load.failed == []
    with Load(world.edge, "health.example", world.folder) as load:
        world.edge.answers("health.example", 100)
    assert set(load.containers) == {second}


def test_sick_by_their_own_word_all_of_them_is_503_until_one_is_well(world, project):
    web = project({"web": demo_service("all-sick.example", healthcheck=CHECKED)})
    web.up()
    (container,) = web.containers()
    world.edge.await_only("all-sick.example", [container])
    world.host1.ask(container, "/sick")
    eventually("503", lambda: set(world.edge.answers("all-sick.example", 5)) == {"503"})
    world.host1.ask(container, "/sick?off")
    world.edge.await_only("all-sick.example", [container])


def healths(world, project):
    """Of the project's endpoints, as the server knows them."""
    endpoints = world.server.endpoints()
    return [
        endpoint["health"] for endpoint in endpoints if endpoint["service"] == f"{project.name}/web"
    ]
