"""What `fairlead check` says of a compose file is what its containers do once they are started."""

import functools
import json
import subprocess

from harness import paths
from harness.docker import demo_service
from harness.wait import eventually

MULTIPORTS = '{"ports.check.example": {"/": {"port": 8000}, "/more": {"port": 8000, "dest": "/"}}}'


def check(project):
    """(exit code, answer) of `fairlead check` on the project's own file. It asks no server."""
    done = subprocess.run(
        [
            paths.fairlead(),
            "check",
            project.file,
            f"--project-name={project.name}",
            "--output=json",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=20,
    )
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


def foreseen(answer):
    """Of each service as the server calls it: routes and clusters, as `fairlead services` has them."""
    services = {}
    for service in answer["services"]:
        if service["routes"]:
            services[service["service"]] = (
                sorted(route["host"] + route["path"] for route in service["routes"]),
                sorted({route["cluster"] for route in service["routes"]}),
            )
    return services


def there(world, project):
    return {
        service["name"]: (sorted(service["routes"]), sorted(service["clusters"]))
        for service in world.server.call("services")["services"]
        if service["name"].startswith(f"{project.name}/")
    }


def problems_of(world, project, services):
    """(service, word, what) of each problem that the server has with the project's words."""
    told = set()
    for problem in world.server.problems():
        for service in services:
            # Others are about where a proxy stands, which no compose file tells.
            if problem["word"] and f"{project.name}_{service}_" in problem["container"]:
                told.add((service, problem["word"], problem["what"]))
    return told


def server_of(world, host_name, target):
    """The container that answers, or none."""
    answer = world.edge.get(host_name, target)
    return answer.by if answer is not None and answer.status == 200 else None


def test_what_check_foresees_is_what_happens(world, project):
    port = {"environment": {"VIRTUAL_PORT": "8000"}}
    web = project(
        {
            "plain": demo_service("plain.check.example,*.plain.check.example", **port),
            "replicas": demo_service("replicas.check.example", scale=2, expose=["8000"]),
            "path": demo_service(
                "paths.check.example",
                environment={"VIRTUAL_PORT": "8000", "VIRTUAL_PATH": "/api", "VIRTUAL_DEST": "/"},
            ),
            "regex": demo_service(
                "paths.check.example",
                environment={"VIRTUAL_PORT": "8000", "VIRTUAL_PATH": "~^/(a|b)/"},
            ),
            "labels": {"labels": ["fairlead.host=labels.check.example", "fairlead.port=8000"]},
            "ports": {"environment": [f"VIRTUAL_HOST_MULTIPORTS={MULTIPORTS}"]},
            "shared-1": demo_service("shared.check.example", **port),
            "shared-2": demo_service("shared.check.example", **port),
            "bad-port": demo_service("bad.check.example", environment={"VIRTUAL_PORT": "80a"}),
            "bad-label": {
                "environment": {"VIRTUAL_HOST": "label.check.example", "VIRTUAL_PORT": "8000"},
                "labels": ["fairlead.prot=8000"],
            },
            "silent": {},
        }
    )
    code, answer = check(web)
    assert code == 1
    unknown = [service["name"] for service in answer["services"] if service["unknown"]]
    assert unknown == ["replicas"]
    web.up()
    eventually("what was foreseen is there", lambda: there(world, web) == foreseen(answer))
    # The same words for what is wrong: it is the same code. What is said of two services names no
    # container.
    told = {
        (placed["problem"]["service"], placed["problem"]["word"], placed["problem"]["what"])
        for placed in answer["problems"]
        if "share this host and path" not in placed["problem"]["what"]
    }
    services = [service["name"] for service in answer["services"]]
    eventually("the same is wrong", lambda: told == problems_of(world, web, services))
    assert {word for _, word, _ in told} == {"VIRTUAL_PORT", "fairlead.prot"}
    shared = [placed for placed in answer["problems"] if "share" in placed["problem"]["what"]]
    assert len(shared) == 1
    eventually(
        "the server says so, too",
        lambda: shared[0]["problem"]["what"]
        in {problem["what"] for problem in world.server.problems()},
    )
    # And Envoy answers with the containers that were named.
    for service in answer["services"]:
        for route in service["routes"]:
            if route["path"].startswith("~") or route["host"].startswith("*"):
                continue
            served_by = functools.partial(server_of, world, route["host"], route["path"])
            containers = web.containers(service["name"])
            if service["name"].startswith("shared-"):
                containers = web.containers("shared-1") + web.containers("shared-2")
            eventually(
                f"{route['host']}{route['path']} is answered by {service['name']}",
                lambda: served_by() in containers,
            )
    for host_name, target, service in (
        ("paths.check.example", "/a/x", "regex"),
        ("x.plain.check.example", "/", "plain"),
    ):
        served_by = functools.partial(server_of, world, host_name, target)
        containers = web.containers(service)
        eventually(f"{service} answers", lambda: served_by() in containers)


def test_what_it_cannot_know_it_says(world, project):
    web = project({"web": demo_service("unknown.check.example")})
    code, answer = check(web)
    assert code == 0
    (service,) = answer["services"]
    assert "the image's exposed port" in service["unknown"][0]
    assert service["routes"][0]["port"] == 80
    web.up()
    # The image exposes 8000, and nothing else.
    expected = {f"{web.name}/web": (["unknown.check.example/"], [f"{web.name}/web:8000"])}
    eventually("the port that the image exposes", lambda: there(world, web) == expected)
