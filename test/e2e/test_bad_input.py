"""What a container says wrongly is a problem with its place and cure, and touches no other service."""

import pytest

from harness.docker import IMAGE, demo_service
from harness.load import Load
from harness.wait import eventually

HOST = "bad.example"
# docker-compose has a meaning for '$'.
BOMB = "((a{100}){100}){100}$$"
CASES = {
    "a port that is none": (
        {"environment": {"VIRTUAL_HOST": HOST, "VIRTUAL_PORT": "80a"}},
        "VIRTUAL_PORT",
    ),
    "a port out of range": (
        {"environment": {"VIRTUAL_HOST": HOST, "VIRTUAL_PORT": "70000"}},
        "VIRTUAL_PORT",
    ),
    "an empty port": ({"environment": {"VIRTUAL_HOST": HOST, "VIRTUAL_PORT": ""}}, "VIRTUAL_PORT"),
    "a host that is none": ({"environment": {"VIRTUAL_HOST": "not a host;{"}}, "VIRTUAL_HOST"),
    "a host with a line break and braces": (
        {"environment": {"VIRTUAL_HOST": HOST + "\n}\nserver {"}},
        "VIRTUAL_HOST",
    ),
    "a host that PCRE alone knows": (
        {"environment": {"VIRTUAL_HOST": r"~^(?!x)bad\.example$$"}},
        "VIRTUAL_HOST",
    ),
    "a host that is a regex bomb": (
        {"environment": {"VIRTUAL_HOST": "~^" + BOMB}},
        "VIRTUAL_HOST",
    ),
    "a path that is a regex bomb": (
        {"environment": {"VIRTUAL_HOST": HOST, "VIRTUAL_PATH": "~^/" + BOMB}},
        "VIRTUAL_PATH",
    ),
    "a destination with a line break and braces": (
        {"environment": {"VIRTUAL_HOST": HOST, "VIRTUAL_DEST": "/;}\nserver {"}},
        "VIRTUAL_DEST",
    ),
    "a path that is none": (
        {"environment": {"VIRTUAL_HOST": HOST, "VIRTUAL_PATH": "no slash"}},
        "VIRTUAL_PATH",
    ),
    "a label that is none": (
        {"labels": {"fairlead.host": HOST, "fairlead.port": "-1"}},
        "fairlead.port",
    ),
    "a port that is not exposed": (
        {"environment": {"VIRTUAL_HOST": HOST, "VIRTUAL_PORT": "8123"}},
        "VIRTUAL_PORT",
    ),
    "no network": ({"environment": {"VIRTUAL_HOST": HOST}, "network_mode": "none"}, ""),
}


@pytest.fixture
def neighbour(world, project):
    """Another service, under load while the bad one comes and goes: it must not notice."""
    good = project({"web": demo_service("neighbour.example")})
    good.up({"web": 2})
    world.edge.await_only("neighbour.example", good.containers())
    with Load(world.edge, "neighbour.example", world.folder, rate=100) as load:
        yield good
    assert load.failed == []
    assert set(load.containers) == set(good.containers())


def refusals(world) -> int:
    """How many responses that proxy refused; it has taken up all that it was sent."""

    def types() -> list:
        return world.server.proxy(world.edge.node_id)["types"]

    eventually("the proxy is done", lambda: {of["state"] for of in types()} == {"ACKED"})
    return sum(int(of["nacks"]) for of in types())


@pytest.mark.parametrize("case", CASES)
def test_it_is_shown_and_no_other_service_is_touched(world, project, neighbour, case):
    service, word = CASES[case]
    before = world.edge.endpoints(f"{neighbour.name}/web:8000")
    routes, refused = world.edge.virtual_host("neighbour.example"), refusals(world)
    assert routes
    bad = project({"bad": dict(service)})
    bad.up()
    problem = eventually(
        "a problem of that container", lambda: next(iter(world.server.problems(bad.name)), None)
    )
    assert problem["what"] and problem["cure"]
    assert word in (problem.get("word") or problem["what"])
    assert problem["host"] == world.host1.id
    assert bad.name in world.server.text("problems")
    assert world.edge.endpoints(f"{neighbour.name}/web:8000") == before
    assert world.edge.virtual_host("neighbour.example") == routes
    assert refusals(world) == refused
    bad.down()
    eventually("the problem goes with its container", lambda: not world.server.problems(bad.name))


def test_two_services_on_one_route_share_it_and_a_notice_says_so(world, project, neighbour):
    both = project({"one": demo_service("shared.example"), "two": demo_service("shared.example")})
    both.up()
    world.edge.await_only("shared.example", both.containers())
    problems = eventually(
        "somebody says that two services share the route",
        lambda: [
            p
            for p in world.server.problems()
            # A proxy that reaches none of them is another matter.
            if "shared.example" in p["what"] + p.get("service", "") and not p.get("proxy")
        ],
    )
    assert all(problem["severity"] == "NOTICE" for problem in problems)


def test_case_and_repetition_make_no_second_host(world, project):
    web = project(
        {
            "one": demo_service("Foo.twice.example,foo.twice.example,foo.twice.example"),
            "two": demo_service("foo.TWICE.example"),
        }
    )
    web.up()
    world.edge.await_only("foo.twice.example", web.containers())
    world.edge.await_only("FOO.twice.example", web.containers())


def test_what_an_image_sets_is_told_and_undone_by_an_empty_variable(
    world, project, neighbour, tmp_path
):
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(f"FROM {IMAGE}\nENV VIRTUAL_HOST=eager.example\n")
    world.host1.docker("build", "-q", "-t", "eager", "-f", str(dockerfile), str(tmp_path))
    routes = world.edge.virtual_host("neighbour.example")
    eager = project(
        {
            "eager": {"image": "eager"},
            "quiet": {"image": "eager", "environment": {"VIRTUAL_HOST": ""}},
        }
    )
    eager.up()
    world.edge.await_only("eager.example", eager.containers("eager"))
    notice = eventually(
        "somebody says that the image publishes it",
        lambda: next(
            (p for p in world.server.problems(f"{eager.name}_eager") if "its image" in p["what"]),
            None,
        ),
    )
    assert (notice["severity"], notice["word"]) == ("NOTICE", "VIRTUAL_HOST")
    assert 'VIRTUAL_HOST: ""' in notice["cure"]
    (quiet,) = eager.containers("quiet")
    assert not any(f"{eager.name}_quiet" in p["container"] for p in world.server.problems("quiet"))
    assert quiet not in world.edge.answers("eager.example")
    assert world.edge.virtual_host("neighbour.example") == routes
