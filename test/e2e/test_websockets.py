"""What is open stays open, whatever comes and goes beside it."""

from harness.docker import demo_service
from harness.websocket import WebSocket

ROUNDS = 8


def test_a_websocket_stays_open_while_its_service_and_others_are_scaled(world, project):
    web = project({"web": demo_service("ws.example")})
    other = project({"web": demo_service("ws-beside.example")})
    web.up()
    other.up()
    (first,) = web.containers()
    world.edge.await_only("ws.example", [first])
    open_one = WebSocket(world.edge.connect(), "ws.example")
    assert open_one.container == first
    for number in range(ROUNDS):
        web.up({"web": 1 + (number + 1) % 4})
        other.up({"web": 1 + number % 3})
        assert open_one.echoes(f"round {number}".encode()), f"cut in round {number}"
    web.up({"web": 1})
    world.edge.await_only("ws.example", [first])
    assert open_one.echoes(b"still there")
    open_one.close()
