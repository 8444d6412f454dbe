"""What can be called on each port, asked without any .proto file."""

import pytest

from harness.docker import run
from harness.fairlead import ADMIN_PORT, AGENT_PORT, XDS_PORT
from harness.grpc_clients import PYTHON, SOURCES


@pytest.mark.parametrize(
    "port, services",
    [
        (
            XDS_PORT,
            {
                "envoy.service.listener.v3.ListenerDiscoveryService",
                "envoy.service.route.v3.RouteDiscoveryService",
                "envoy.service.cluster.v3.ClusterDiscoveryService",
                "envoy.service.endpoint.v3.EndpointDiscoveryService",
                "envoy.service.secret.v3.SecretDiscoveryService",
                "envoy.service.load_stats.v3.LoadReportingService",
                "envoy.service.status.v3.ClientStatusDiscoveryService",
            },
        ),
        (AGENT_PORT, {"fairlead.v1.ReportService"}),
        (ADMIN_PORT, {"fairlead.v1.AdminService"}),
    ],
    ids=["xds", "agents", "admin"],
)
def test_each_port_says_what_it_serves_and_how_it_is(world, port, services):
    address = f"{world.server.ip}:{port}"
    lines = set(run([str(PYTHON), str(SOURCES / "reflect.py"), address]).splitlines())
    assert services | {"grpc.health.v1.Health", "status: SERVING"} <= lines
