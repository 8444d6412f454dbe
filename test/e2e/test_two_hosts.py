"""Each proxy is given the address that it can reach from where it stands."""

from harness.docker import demo_service
from harness.wait import eventually


def test_another_hosts_container_is_reached_at_its_published_port(world, project):
    # An ephemeral port each, so that scaling never collides on a port of the host.
    services = {"web": demo_service("two.example", ports=["8000"])}
    here = project(services, world.host1, name="two")
    there = project(services, world.host2, name="two")
    here.up({"web": 2})
    there.up({"web": 2})
    everyone = here.containers() + there.containers()
    world.edge.await_only("two.example", everyone)
    world.outside.await_only("two.example", everyone)

    by_edge = world.edge.endpoints("two/web:8000")
    assert len(by_edge) == 4
    assert sum(address.startswith(f"{world.host2.ip}:") for address in by_edge) == 2
    assert sum(address.startswith("172.") and ":8000 " in address for address in by_edge) == 2
    by_outside = world.outside.endpoints("two/web:8000")
    assert (
        sorted(address.split(":")[0] for address in by_outside)
        == [world.host1.ip] * 2 + [world.host2.ip] * 2
    )

    there.up({"web": 1})
    world.outside.await_only("two.example", here.containers() + there.containers())


def test_one_that_a_proxy_cannot_reach_is_left_out_and_is_a_problem_of_that_proxy(world, project):
    services = {"web": demo_service("unreachable.example")}
    here = project(services, world.host1, name="unreachable")
    there = project(services, world.host2, name="unreachable")
    here.up()
    there.up()
    world.edge.await_only("unreachable.example", here.containers())
    problem = eventually(
        "a problem of the proxy edge",
        lambda: next(
            (p for p in world.server.problems("unreachable") if p["proxy"] == "edge"), None
        ),
    )
    assert problem["host"] == world.host2.id
    assert problem["cure"]
