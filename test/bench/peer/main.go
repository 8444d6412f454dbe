// The peer of test/bench/fanout: go-control-plane, fed with what a Fairlead server would derive from the same
// containers, and driven with the same commands as fanout_hosts. Takes one JSON object a line on standard input and
// answers each with one line:
//
//	{"do": "fill", "services": N, "endpoints": N}  clusters and assignments; answers with the clusters' names
//	{"do": "change", "services": [N, ...]}         the first endpoint of each of them gets another port; answers
//	                                               {"at_ns": when the cache was told, by CLOCK_MONOTONIC}
//	{"do": "settle"}                               nothing to wait for: "change" has returned
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

type command struct {
	Do        string `json:"do"`
	Services  any    `json:"services"`
	Endpoints int    `json:"endpoints"`
}

// serve answers xDS streams on the address until the process ends.
func serve(address string, source source) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	endpoint := grpc.NewServer(
		grpc.MaxConcurrentStreams(1_000_000),
		grpc.MaxRecvMsgSize(16<<20),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
	)
	discovery.RegisterAggregatedDiscoveryServiceServer(endpoint, server.NewServer(context.Background(), source.cache(), nil))
	return endpoint.Serve(listener)
}

func monotonicNow() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err)
	}
	return now.Nano()
}

func fill(source source, services, endpoints int) (any, error) {
	state := newState(services, endpoints)
	if err := source.fill(state); err != nil {
		return nil, err
	}
	names := make([]string, services)
	for service := range names {
		names[service] = clusterName(service)
	}
	return map[string]any{"names": names}, nil
}

func change(source source, services []any) (any, error) {
	numbers := make([]int, len(services))
	for i, service := range services {
		numbers[i] = int(service.(float64))
	}
	at := monotonicNow()
	if err := source.change(numbers); err != nil {
		return nil, err
	}
	return map[string]any{"at_ns": at}, nil
}

func answer(source source, line []byte) (any, error) {
	var asked command
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	switch asked.Do {
	case "fill":
		return fill(source, int(asked.Services.(float64)), asked.Endpoints)
	case "change":
		return change(source, asked.Services.([]any))
	case "settle":
		return map[string]any{}, nil
	}
	return nil, fmt.Errorf("there is no command %q", asked.Do)
}

func main() {
	address := flag.String("listen", "127.0.0.1:18000", "where it serves xDS")
	kind := flag.String("cache", "linear", "linear or snapshot")
	flag.Parse()
	source, err := newSource(*kind)
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(2)
	}
	go func() {
		fmt.Fprintln(os.Stderr, "peer:", serve(*address, source))
		os.Exit(1)
	}()
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		result, err := answer(source, lines.Bytes())
		if err != nil {
			result = map[string]any{"error": err.Error()}
		}
		if err := out.Encode(result); err != nil {
			return
		}
	}
}
