package main

import (
	"fmt"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// state is what the containers of fanout_hosts come to: as many clusters and endpoints, with the same names, addresses,
// health and weights, so that the resources are as large as Fairlead's.
type state struct {
	endpoints   int
	generations []int
	clusters    map[string]types.Resource
	loads       map[string]types.Resource
}

const (
	firstPort         = 10_000
	firstChangedPort  = 60_000
	changedPorts      = 5_000
	containersPerHost = 2_500
)

func clusterName(service int) string { return fmt.Sprintf("bench/s%05d:8000", service) }

func newState(services, endpoints int) *state {
	s := &state{
		endpoints:   endpoints,
		generations: make([]int, services),
		clusters:    make(map[string]types.Resource, services),
		loads:       make(map[string]types.Resource, services),
	}
	for service := range services {
		s.clusters[clusterName(service)] = cluster(service)
		s.loads[clusterName(service)] = s.load(service)
	}
	return s
}

// change gives the first endpoint of each of the services another port; the new assignments, by name.
func (s *state) change(services []int) map[string]types.Resource {
	changed := make(map[string]types.Resource, len(services))
	for _, service := range services {
		s.generations[service]++
		changed[clusterName(service)] = s.load(service)
	}
	return changed
}

func (s *state) load(service int) *endpointv3.ClusterLoadAssignment {
	endpoints := make([]*endpointv3.LbEndpoint, s.endpoints)
	for replica := range endpoints {
		port := firstPort + replica
		if replica == 0 && s.generations[service] > 0 {
			port = firstChangedPort + s.generations[service]%changedPorts
		}
		host := (service*s.endpoints+replica)/containersPerHost + 1
		endpoints[replica] = lbEndpoint(fmt.Sprintf("10.9.0.%d", host), port)
	}
	return &endpointv3.ClusterLoadAssignment{
		ClusterName: clusterName(service),
		Endpoints: []*endpointv3.LocalityLbEndpoints{{
			Locality:            &corev3.Locality{},
			LbEndpoints:         endpoints,
			LoadBalancingWeight: wrapperspb.UInt32(uint32(s.endpoints)),
		}},
	}
}

func lbEndpoint(ip string, port int) *endpointv3.LbEndpoint {
	socket := &corev3.SocketAddress{
		Address:       ip,
		PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: uint32(port)},
	}
	return &endpointv3.LbEndpoint{
		HostIdentifier: &endpointv3.LbEndpoint_Endpoint{Endpoint: &endpointv3.Endpoint{
			Address: &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: socket}},
		}},
		HealthStatus:        corev3.HealthStatus_HEALTHY,
		LoadBalancingWeight: wrapperspb.UInt32(1),
	}
}

func cluster(service int) *clusterv3.Cluster {
	return &clusterv3.Cluster{
		Name:                 clusterName(service),
		ClusterDiscoveryType: &clusterv3.Cluster_Type{Type: clusterv3.Cluster_EDS},
		EdsClusterConfig: &clusterv3.Cluster_EdsClusterConfig{EdsConfig: &corev3.ConfigSource{
			ResourceApiVersion:    corev3.ApiVersion_V3,
			ConfigSourceSpecifier: &corev3.ConfigSource_Ads{Ads: &corev3.AggregatedConfigSource{}},
		}},
		ConnectTimeout: durationpb.New(time.Second),
	}
}
