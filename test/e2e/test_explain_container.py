"""What `fairlead explain CONTAINER` says of real containers: the first thing that stops each, with its cure."""

import subprocess

import pytest

from harness.docker import CHECKED, demo_service
from harness.wait import eventually


def explained(world, compose, service: str) -> dict:
    """Of the one container of that service, as soon as the server knows it."""
    command = world.server.command("explain", f"{compose.name}_{service}_1")
    eventually(
        f"{compose.name}_{service}_1 is known",
        lambda: subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0,
    )
    return world.server.call("explain", f"{compose.name}_{service}_1")["container"]


def stop_of(world, compose, service: str) -> dict:
    """What keeps requests from it; empty: nothing does."""
    return explained(world, compose, service).get("stop") or {}


def test_of_a_healthy_one_it_shows_the_way_of_its_requests(world, project):
    # Published, for the proxy that stands outside.
    web = project({"web": demo_service("why.example", healthcheck=CHECKED, ports=["8000"])})
    web.up()
    world.edge.await_only("why.example", web.containers())
    world.outside.await_only("why.example", web.containers())
    eventually("both proxies took it up", lambda: stop_of(world, web, "web") == {})
    one = explained(world, web, "web")
    assert one["hostId"] == world.host1.id and one["service"] == f"{web.name}/web"
    assert one["state"] == "running, its HEALTHCHECK passes"
    assert [word["made"] for word in one["words"]] == ["asks for why.example"]
    (route,) = one["routes"]
    assert route["cluster"] == f"{web.name}/web:8000"
    address = world.host1.address(web.containers()[0])
    reached = {proxy["nodeId"]: proxy["address"] for proxy in one["proxies"]}
    assert reached["edge"] == f"{address}:8000"
    assert reached["outside"].startswith(f"{world.host1.ip}:")
    text = world.server.text("explain", f"{web.name}_web_1")
    for said in ("why.example", f"{web.name}/web:8000", f"{address}:8000"):
        assert said in text


def test_a_healthcheck_that_has_not_passed_yet(world, project):
    web = project(
        {"web": demo_service("young.example", environment={"WEB_SICK": "1"}, healthcheck=CHECKED)}
    )
    web.up()
    eventually(
        "it is said", lambda: "has not passed yet" in stop_of(world, web, "web").get("what", "")
    )
    assert "docker inspect" in stop_of(world, web, "web")["cure"]
    world.host1.ask(web.containers()[0], "/sick?off")
    world.edge.await_only("young.example", web.containers())
    eventually(
        "nothing stops it any more", lambda: stop_of(world, web, "web") == {}
    )


# By the name of the service: how it is started, and what is said of it.
STOPPED = {
    "none": ({"environment": {}}, "it asks for no host", "VIRTUAL_HOST"),
    "nowhere": (
        {"environment": {"VIRTUAL_HOST": "nowhere.example"}, "network_mode": "none"},
        "no reachable address",
        "network",
    ),
    "pcre": (
        {"environment": {"VIRTUAL_HOST": "~^(?!x)y"}},
        "is no regular expression of RE2",
        "wildcard",
    ),
}


@pytest.mark.parametrize("name", STOPPED)
def test_the_first_thing_that_stops_it_and_its_cure(world, project, name):
    service, what, cure = STOPPED[name]
    web = project({name: dict(service)})
    web.up()

    stop = stop_of(world, web, name)
    assert what in stop["what"]
    assert cure in stop["cure"]
    assert what in world.server.text("explain", f"{web.name}_{name}_1")


def test_a_port_that_the_image_does_not_expose_stops_nothing_and_is_named(world, project):
    web = project({"web": demo_service("port.example", environment={"VIRTUAL_PORT": "8123"})})
    web.up()
    eventually("nobody listens there", lambda: world.edge.status("port.example") == 503)
    # Somebody may listen there all the same.
    assert stop_of(world, web, "web") == {}
    (problem,) = [p for p in explained(world, web, "web")["problems"] if p["word"] == "VIRTUAL_PORT"]
    assert "port 8123 is not exposed by the container, which exposes 8000" in problem["what"]
    assert problem["cure"] in world.server.text("explain", f"{web.name}_web_1")
