#include "clients/cli/example_answers.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

}  // namespace

v1::ListHostsResponse ExampleHosts() {
  return FromText<v1::ListHostsResponse>(R"pb(
    hosts {
      id: "h1"
      name: "one"
      addresses: "10.0.0.1"
      zone: "z1"
      state: CONNECTED
      containers: 12
      running: 9
      agent_version: "0.1.0"
      engine_version: "20.10.24"
      engine_api_version: "1.41"
      last_heard { seconds: 1699999998 }
      sequence: 42
    }
    hosts {
      id: "h2"
      addresses: "10.0.0.2"
      addresses: "fd00::2"
      state: SILENT
      containers: 3
      running: 3
      engine_version: "26.1.5"
      engine_error: "cannot reach unix:///var/run/docker.sock: connection refused"
      last_heard { seconds: 1699999800 }
    }
    hosts { id: "h3" state: STALE }
  )pb");
}

v1::ExplainResponse ExampleContainerExplained() {
  return FromText<v1::ExplainResponse>(R"pb(
    container {
      host_id: "h1"
      id: "4f5a0123456789abcdef"
      name: "shop_web_1"
      service: "shop/web"
      state: "running, its HEALTHCHECK fails"
      stop {
        host: "h1"
        container: "shop_web_1"
        severity: ERROR
        what: "proxies are told that it is unhealthy: its HEALTHCHECK fails"
        cure: "see what its HEALTHCHECK says"
      }
      words { word: "CERT_NAME" value: "a/b" made: "'a/b' is no name" is_wrong: true }
      words { word: "VIRTUAL_HOST" value: "shop.example" made: "asks for shop.example" }
      routes {
        host: "shop.example"
        path: "/"
        port: 8000
        cluster: "shop/web:8000"
        endpoint { health: UNHEALTHY reason: "its HEALTHCHECK fails" }
        route_configurations: "http"
        route_configurations: "https"
        stop: "proxies are told that it is unhealthy: its HEALTHCHECK fails"
      }
      routes { host: "lost.example" path: "/" port: 8000 stop: "there is no route" }
      proxies {
        node_id: "edge-1"
        cluster: "shop/web:8000"
        from: "host"
        address: "172.18.0.3:8000"
        held { type: "CDS" name: "shop/web:8000" state: ACKED is_current: true }
        held { type: "EDS" name: "shop/web:8000" state: SENT is_current: true }
        held { type: "RDS" name: "http" state: ACKED }
        held { type: "LDS" name: "http" }
        stop: "the proxy edge-1 has not answered it yet: EDS shop/web:8000"
      }
      proxies { node_id: "outside" cluster: "shop/web:8000" stop: "out of its reach" }
      problems {
        host: "h1"
        container: "shop_web_1"
        word: "CERT_NAME"
        severity: ERROR
        what: "'a/b' is no name"
        cure: "write a name"
      }
    }
  )pb");
}

v1::ExplainResponse ExampleRequestExplained() {
  return FromText<v1::ExplainResponse>(R"pb(
    request {
      outcome: FORWARDED
      summary: "shop/web:8000 is asked for /v1/users; but 503 from outside, which reach no healthy endpoint of it"
      path: "/v1/users"
      clusters {
        name: "shop/web:8000"
        endpoints {
          container_id: "4f5a"
          container_name: "shop_web_1"
          host_id: "h1"
          health: HEALTHY
          reached { proxies: "edge-1" proxies: "edge-2" address: "172.18.0.3:8000" }
          reached { proxies: "outside" }
        }
        endpoints {
          container_name: "shop_\033[31mweb_2"
          host_id: "h2"
          health: DRAINING
          reason: "stopping"
        }
      }
      steps { kind: "listener" name: "http (0.0.0.0:8080)" why: "the proxies' own for http" }
      steps { kind: "virtual host" name: "shop.example" why: "the host is shop.example" }
      steps { kind: "path" name: "/v1/users" why: "rewritten" }
      response_headers { name: "Strict-Transport-Security" value: "max-age=60" }
      unknown: "what the HTTP filter envoy.filters.http.lua does"
      proxies: "edge-1"
      proxies: "edge-2"
      proxies: "outside"
      method: "GET"
      url: "http://shop.example/api/users"
    }
  )pb");
}

v1::ListServicesResponse ExampleServices() {
  return FromText<v1::ListServicesResponse>(R"pb(
    services {
      name: "shop/web"
      routes: "shop.example/"
      routes: "*.shop.example/"
      clusters: "shop/web:8000"
      healthy: 3
      draining: 1
      starting: 1
      hosts: "h1"
      hosts: "h2"
    }
    services {
      name: "solo"
      routes: "a.example/"
      routes: "b.example/"
      routes: "c.example/"
      routes: "d.example/"
      routes: "e.example/"
      clusters: "solo:80"
      unhealthy: 1
      hosts: "h2"
    }
  )pb");
}

v1::ListEndpointsResponse ExampleEndpoints() {
  return FromText<v1::ListEndpointsResponse>(R"pb(
    endpoints {
      cluster: "shop/web:8000"
      service: "shop/web"
      container_id: "4f5a0011223344556677"
      container_name: "shop_web_1"
      host_id: "h1"
      port: 8000
      health: HEALTHY
      addresses { from: "host" ip: "172.20.0.2" port: 8000 }
      addresses { from: "published" ip: "10.0.0.1" port: 32768 }
    }
    endpoints {
      cluster: "shop/web:8000"
      service: "shop/web"
      container_id: "9c8b0011223344556677"
      container_name: "shop_web_2"
      host_id: "h2"
      port: 8000
      health: DRAINING
      reason: "stopping"
      addresses { from: "host-network" ip: "fd00::2" port: 8000 }
    }
    endpoints {
      cluster: "solo:80"
      service: "solo"
      container_id: "aaaa0011223344556677"
      container_name: "solo\033[31m"
      host_id: "h2"
      port: 80
      health: UNHEALTHY
      reason: "no network of a proxy reaches it"
    }
  )pb");
}

v1::ListProxiesResponse ExampleProxies() {
  return FromText<v1::ListProxiesResponse>(R"pb(
    proxies {
      node_id: "edge-1"
      group: "default"
      host: "h1"
      peer: "ipv4:10.0.0.1:4711"
      user_agent: "envoy 1.40.0"
      variant: "ADS delta"
      connected_at { seconds: 1699990000 }
      types { type: "CDS" state: ACKED sent_version: "b2" acked_version: "b2" responses: 3 }
      types {
        type: "EDS"
        state: SENT
        last_round_trip { nanos: 2500000 }
      }
      types {
        type: "LDS"
        state: NACKED
        sent_version: "c3"
        acked_version: "c2"
        nacks: 1
        error: "Error adding/updating listener(s) http: cannot bind '0.0.0.0:80': Address in use"
      }
      types { type: "RDS" state: NOT_SENT }
    }
    proxies {
      node_id: "client-1"
      group: "default"
      user_agent: "gRPC C++ 1.51.1"
      networks: "back"
      types { type: "LDS" state: NACKED sent_version: "d1" error: "no router filter" }
    }
    proxies {
      node_id: "client-2"
      group: "default"
      user_agent: "gRPC C++ 1.51.1"
      types { type: "CDS" state: SENT sent_version: "b2" responses: 1 }
      types { type: "EDS" state: NOT_SENT subscribed: 3 }
      types { type: "LDS" state: NOT_SENT subscribed: 1 }
      types { type: "RDS" state: NOT_SENT }
    }
    proxies {
      node_id: "edge-2"
      group: "default"
      user_agent: "envoy 1.40.0"
      waits_until: "agents have reported what runs"
    }
  )pb");
}

v1::ListProblemsResponse ExampleProblems() {
  return FromText<v1::ListProblemsResponse>(R"pb(
    problems {
      host: "h1"
      container: "shop_web_3"
      word: "VIRTUAL_PORT"
      severity: ERROR
      what: "'80a' is not a port, so the container gets no traffic"
      cure: "write a number from 1 to 65535, as in VIRTUAL_PORT=8000"
      since { seconds: 1699999700 }
    }
    problems {
      service: "shop.example/"
      severity: NOTICE
      what: "the services shop/web and shop/old share this route"
      cure: "give one of them another VIRTUAL_HOST if that is not meant"
    }
  )pb");
}

v1::WatchResponse ExampleEvent() {
  return FromText<v1::WatchResponse>(R"pb(
    time { seconds: 1700000000 nanos: 123000000 }
    kind: ENDPOINT
    name: "shop/web:8000 shop_web_1"
    change: "HEALTHY -> DRAINING (stopping)"
  )pb");
}

v1::ListCertificatesResponse ExampleCertificates() {
  return FromText<v1::ListCertificatesResponse>(R"pb(
    certificates {
      name: "default"
      dns_names: "fallback.example"
      not_before { seconds: 1690000000 }
      not_after { seconds: 1699999000 }
      file: "/etc/nginx/certs/default.crt"
      problem {
        word: "/etc/nginx/certs/default.crt"
        severity: ERROR
        what: "the certificate expired at 2023-11-14 21:56 UTC; it is served all the same, and clients refuse it"
        cure: "renew it; see that what renews certificates runs and writes to this place"
      }
    }
    certificates {
      name: "shop.example"
      dns_names: "shop.example"
      dns_names: "*.shop.example"
      dns_names: "a.example"
      dns_names: "b.example"
      dns_names: "c.example"
      not_before { seconds: 1690000000 }
      not_after { seconds: 1705000000 }
      asks_clients: true
    }
    certificates {
      name: "soon.example"
      dns_names: "soon.example"
      not_before { seconds: 1700000060 }
      not_after { seconds: 1705000000 }
      file: "/etc/nginx/certs/soon.example.crt"
    }
  )pb");
}

v1::ComposeCheck ExampleCheck() {
  return FromText<v1::ComposeCheck>(R"pb(
    project: "shop"
    services {
      name: "api"
      file: "compose.yaml"
      line: 12
      replicas: 3
      service: "shop/api"
      routes {
        host: "shop.example"
        path: "/api"
        http_port: 8081
        https_port: 8444
        https_method: "noredirect"
        protocol: "grpc"
        cluster: "shop/api:9000"
        port: 9000
        port_reason: "VIRTUAL_PORT"
        destination: "/"
        internal: true
      }
    }
    services { name: "db" file: "compose.yaml" line: 30 replicas: 1 service: "shop/db" }
    services {
      name: "web"
      file: "compose.yaml"
      line: 2
      replicas: 1
      service: "shop/web"
      routes {
        host: "*.shop.example"
        path: "/"
        protocol: "http"
        cluster: "shop/web:80"
        port: 80
        port_reason: "the default"
      }
      routes {
        host: "~^shop[0-9]+$"
        path: "/"
        https_method: "nohttps"
        protocol: "http"
        cluster: "shop/web:80"
        port: 80
        port_reason: "the default"
      }
      routes {
        host: "safe.example"
        path: "/"
        https_method: "nohttp"
        protocol: "https"
        cluster: "shop/web:80"
        port: 80
        port_reason: "the default"
      }
      unknown: "the port: no word names it"
    }
    left_out: "debug"
    problems {
      problem {
        service: "api"
        word: "VIRTUAL_PORT"
        severity: ERROR
        what: "\'80\033[31m\' is not a port, so the container gets no traffic"
        cure: "write one number from 1 to 65535"
      }
      file: "compose.yaml"
      line: 17
    }
    problems {
      problem { word: "TAG" severity: NOTICE what: "the variable TAG is not set" cure: "set it" }
      file: "compose.yaml"
      line: 3
    }
  )pb");
}

v1::ComposeImport ExampleImport() {
  return FromText<v1::ComposeImport>(R"pb(
    verdict: READ_FIRST
    findings {
      kind: CHANGE
      file: "compose.yaml"
      line: 3
      service: "proxy"
      word: "nginxproxy/nginx-proxy:1.6"
      what: "image: fairlead-drop-in"
      instead: "deploy/images/build drop-in makes the image"
    }
    findings {
      kind: SAME
      file: "compose.yaml"
      line: 6
      service: "proxy"
      word: "HTTP_PORT"
      what: "honoured"
    }
    findings {
      kind: NOT_SUPPORTED
      file: "compose.yaml"
      line: 7
      service: "proxy"
      word: "LOG_FORMAT"
      what: "LOG_FORMAT=x is not supported: the access log has a form of its own"
    }
    findings {
      kind: DIFFERENT
      file: "compose.yaml"
      line: 20
      service: "web"
      word: "SERVER_TOKENS"
      what: "SERVER_TOKENS is ignored"
      instead: "leave it out"
    }
  )pb");
}

}  // namespace fairlead
