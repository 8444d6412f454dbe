// A gRPC server that answers each call with the name of its container, in its own time, so that
// some calls are always on the way. On SIGTERM it takes no new calls and ends when the last one is
// answered, as every server should.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"fairlead.dev/test/harness/grpc/names"
)

const callTakes = 10 * time.Millisecond

func name(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	if err := decode(&emptypb.Empty{}); err != nil {
		return nil, err
	}
	time.Sleep(callTakes)
	host, err := os.Hostname()
	return wrapperspb.String(host), err
}

func main() {
	listener, err := net.Listen("tcp", ":8000")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: names.Service,
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: names.Method, Handler: name}},
	}, struct{}{})
	healthpb.RegisterHealthServer(server, health.NewServer())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	stopped := make(chan struct{})
	go func() {
		<-stop
		server.GracefulStop()
		close(stopped)
	}()
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
	<-stopped
}
