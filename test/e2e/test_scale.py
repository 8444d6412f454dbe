"""A Compose service is scaled, and Envoy follows it."""

from harness.docker import demo_service
from harness.load import Load


def test_each_replica_gets_traffic_and_no_request_is_lost_on_the_way(world, project):
    web = project({"web": demo_service("scale.example")})
    web.up()
    world.edge.await_only("scale.example", web.containers())
    with Load(world.edge, "scale.example", world.folder) as load:
        for count in (3, 5, 2, 1):
            web.up({"web": count})
            assert len(web.containers()) == count
            world.edge.await_only("scale.example", web.containers())
    assert load.failed == []
    assert len(load.containers) == 5


def test_scaling_touches_one_endpoint_list_and_nothing_else(world, project):
    other = project({"web": demo_service("other.example")})
    web = project({"web": demo_service("one-list.example")})
    other.up()
    web.up()
    world.edge.await_only("one-list.example", web.containers())
    world.edge.await_only("other.example", other.containers())
    before = world.server.responses("edge")
    web.up({"web": 3})
    world.edge.await_only("one-list.example", web.containers())
    after = world.server.responses("edge")
    assert after["EDS"] > before["EDS"]
    assert {name: after[name] for name in ("CDS", "LDS", "RDS")} == {
        name: before[name] for name in ("CDS", "LDS", "RDS")
    }


def test_a_route_whose_containers_are_all_gone_answers_503_and_an_unknown_name_404(world, project):
    web = project({"web": demo_service("gone.example")})
    web.up()
    world.edge.await_only("gone.example", web.containers())
    web.up({"web": 0})
    assert set(world.edge.answers("gone.example", 5)) == {"503"}
    assert set(world.edge.answers("never-heard-of.example", 5)) == {"404"}
