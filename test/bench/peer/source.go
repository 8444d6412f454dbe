package main

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
)

// A source is one of go-control-plane's caches, used as well as it can be.
type source interface {
	cache() cache.Cache
	fill(state *state) error
	// change alters the first endpoint of each of the services, and returns when the cache has told its streams.
	change(services []int) error
}

func newSource(kind string) (source, error) {
	switch kind {
	case "linear":
		return newLinear(), nil
	case "snapshot":
		return &snapshots{inner: cache.NewSnapshotCache(true, sameForAll{}, nil)}, nil
	}
	return nil, fmt.Errorf("there is no cache %q: linear or snapshot", kind)
}

// linear has a linear cache for each type, joined for ADS. It is told only what changed.
type linear struct {
	state    *state
	clusters *cache.LinearCache
	loads    *cache.LinearCache
	mux      *cache.MuxCache
}

func newLinear() *linear {
	l := &linear{
		clusters: cache.NewLinearCache(resource.ClusterType),
		loads:    cache.NewLinearCache(resource.EndpointType),
	}
	l.mux = &cache.MuxCache{
		Classify:      func(request *cache.Request) string { return request.GetTypeUrl() },
		ClassifyDelta: func(request *cache.DeltaRequest) string { return request.GetTypeUrl() },
		Caches:        map[string]cache.Cache{resource.ClusterType: l.clusters, resource.EndpointType: l.loads},
	}
	return l
}

func (l *linear) cache() cache.Cache { return l.mux }

func (l *linear) fill(state *state) error {
	l.state = state
	l.clusters.SetResources(state.clusters)
	l.loads.SetResources(state.loads)
	return nil
}

func (l *linear) change(services []int) error {
	return l.loads.UpdateResources(l.state.change(services), nil)
}

// snapshots has one snapshot for all nodes. The next one shares what did not change, and the type that did not change
// keeps its version.
type snapshots struct {
	inner   cache.SnapshotCache
	state   *state
	version int
	last    cache.Snapshot
}

const theNode = "all"

type sameForAll struct{}

func (sameForAll) ID(*corev3.Node) string { return theNode }

func (s *snapshots) cache() cache.Cache { return s.inner }

func (s *snapshots) fill(state *state) error {
	s.state = state
	s.last = cache.Snapshot{}
	s.last.Resources[types.Cluster] = cache.Resources{Version: "1", Items: withoutExpiry(state.clusters)}
	s.last.Resources[types.Endpoint] = cache.Resources{Version: "1", Items: withoutExpiry(state.loads)}
	s.version = 1
	return s.set()
}

func (s *snapshots) change(services []int) error {
	s.version++
	items := maps.Clone(s.last.Resources[types.Endpoint].Items)
	maps.Copy(items, withoutExpiry(s.state.change(services)))
	s.last.Resources[types.Endpoint] = cache.Resources{Version: strconv.Itoa(s.version), Items: items}
	return s.set()
}

func (s *snapshots) set() error {
	next := cache.Snapshot{Resources: s.last.Resources}
	return s.inner.SetSnapshot(context.Background(), theNode, &next)
}

func withoutExpiry(resources map[string]types.Resource) map[string]types.ResourceWithTTL {
	items := make(map[string]types.ResourceWithTTL, len(resources))
	for name, item := range resources {
		items[name] = types.ResourceWithTTL{Resource: item}
	}
	return items
}
