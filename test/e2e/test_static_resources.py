"""Resources that people give reach a real Envoy by the command line, outlive the server, and go away again.

No Docker: the upstreams are HTTP servers of the test.
"""

import contextlib
import http.server
import json
import subprocess
import threading

import pytest

from harness.envoy import Envoy
from harness.fairlead import Server, fails
from harness.wait import eventually

NODE = "static-1"
LISTENER_PORT = 10090
TYPE = "type.googleapis.com/envoy."


@contextlib.contextmanager
def upstream(name: str):
    """An HTTP server on loopback that answers with its name; yields its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = name.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def endpoints(port: int) -> dict:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    return {
        "@type": TYPE + "config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": "web",
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
    }


# As people write it: YAML, in Envoy's words.
LISTENER_ROUTES_CLUSTER = f"""
- "@type": {TYPE}config.listener.v3.Listener
  name: static
  address: {{socket_address: {{address: 127.0.0.1, port_value: {LISTENER_PORT}}}}}
  filter_chains:
    - filters:
        - name: http
          typed_config:
            "@type": {TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
            stat_prefix: static
            rds:
              route_config_name: static
              config_source: {{ads: {{}}, resource_api_version: V3}}
            http_filters:
              - name: router
                typed_config: {{"@type": {TYPE}extensions.filters.http.router.v3.Router}}
- "@type": {TYPE}config.route.v3.RouteConfiguration
  name: static
  virtual_hosts:
    - name: all
      domains: ["*"]
      routes: [{{match: {{prefix: /}}, route: {{cluster: web}}}}]
- "@type": {TYPE}config.cluster.v3.Cluster
  name: web
  type: EDS
  connect_timeout: 1s
  eds_cluster_config:
    eds_config: {{ads: {{}}, resource_api_version: V3}}
"""

SECRET = f"""
- "@type": {TYPE}extensions.transport_sockets.tls.v3.Secret
  name: certificate
  tls_certificate:
    certificate_chain: {{inline_string: CHAIN}}
    private_key: {{inline_string: "-----BEGIN PRIVATE KEY-----TOPSECRET-----END PRIVATE KEY-----"}}
"""


@pytest.fixture
def server(tmp_path):
    running = Server("127.0.0.1", tmp_path)
    running.start()
    yield running
    running.process.stop()


def put(server: Server, text: str, *flags: str) -> str:
    command = server.command("resources", "put", "--node", NODE, *flags, "-f", "-")
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def answers(envoy: Envoy, body: str) -> bool:
    answer = envoy.get("any.example", port=LISTENER_PORT)
    return answer is not None and answer.body == body


def test_put_replace_restart_and_delete(server, tmp_path):
    with upstream("first") as first, upstream("second") as second:
        file = tmp_path / "static.yaml"
        file.write_text(LISTENER_ROUTES_CLUSTER)
        printed = server.text(
            "resources", "put", "--node", NODE, "--version", "v1", "-f", str(file)
        )
        assert "3 resources new or changed, 0 deleted" in printed
        assert "it refers to EDS 'web', which is not sent to node static-1" in printed
        assert len(server.problems()) >= 1
        assert "1 resource new or changed" in put(server, json.dumps([endpoints(first)]))
        assert [p for p in server.problems() if "static" in p["word"]] == []

        envoy = Envoy(NODE, server, tmp_path, admin_port=19902)
        envoy.start(wait=False)
        try:
            eventually("the first answers", lambda: answers(envoy, "first"))
            put(server, json.dumps([endpoints(second)]), "--replace")
            eventually("the second answers", lambda: answers(envoy, "second"))
            check_what_is_shown(server)

            server.process.kill()
            assert answers(envoy, "second")
            server.start()
            eventually("the proxy is back", lambda: server.proxy(NODE))
            assert len(server.call("resources", "list")["resources"]) == 4
            put(server, json.dumps([endpoints(first)]))
            eventually("the first answers again", lambda: answers(envoy, "first"))

            server.text("resources", "delete", "--node", NODE, "listeners", "static")
            eventually(
                "nobody listens", lambda: envoy.get("any.example", port=LISTENER_PORT) is None
            )
        finally:
            envoy.process.stop()


def check_what_is_shown(server: Server) -> None:
    clusters = eventually(
        "the clusters are ACKed",
        lambda: [
            sent
            for sent in server.call("proxy-config", NODE, "clusters")
            if sent["state"] == "ACKED"
        ],
    )
    assert [sent["resource"]["name"] for sent in clusters] == ["web"]
    assert "RDS    static" in server.text("proxy-config", NODE, "routes")
    listed = server.call("resources", "list", "--node", NODE)["resources"]
    assert [(of["type"], of["name"]) for of in listed] == [
        ("CDS", "web"),
        ("EDS", "web"),
        ("LDS", "static"),
        ("RDS", "static"),
    ]
    assert [of["givenVersion"] for of in listed] == ["v1", "", "v1", "v1"]
    # What `get` prints is what `put` takes: nothing changes.
    for output in ("yaml", "json"):
        text = server.text("resources", "get", "--node", NODE, "-o", output)
        assert "0 resources new or changed, 0 deleted" in put(
            server, text, "--replace", "--version", "v1"
        )


def test_a_private_key_is_in_no_output(server):
    printed = [put(server, SECRET)]
    for output in ("yaml", "json"):
        printed.append(server.text("resources", "get", "--node", NODE, "-o", output))
        assert "CHAIN" in printed[-1]
    for command in (["resources", "list"], ["problems"], ["proxies"]):
        printed += [server.text(*command), server.text(*command, "-o", "json")]
    assert not [text for text in printed + [server.process.log()] if "TOPSECRET" in text]


def test_what_is_wrong_is_refused_with_file_place_and_cure(server, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(f'- "@type": {TYPE}config.cluster.v3.Cluster\n  nmae: web\n')
    message = fails(server.command("resources", "put", "--node", NODE, "-f", str(file)))
    assert "wrong.yaml, line 1: resource 1: nmae: Cannot find field" in message
    file.write_text(f'[{{"@type": "{TYPE}config.cluster.v3.Cluster"}}]')
    message = fails(server.command("resources", "put", "--node", NODE, "-f", str(file)))
    assert "wrong.yaml: resource 1: it has no name" in message
    assert server.call("resources", "list")["resources"] == []
