// caller TARGET calls until it gets SIGTERM, several calls at a time, and prints what came of each:
// "ok NAME" or "failed WHY". caller.py and caller.cc beside this folder do the same with their languages' gRPC.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/xds"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"fairlead.dev/test/harness/grpc/names"
)

const (
	callers  = 4
	deadline = 10 * time.Second
)

func call(channel *grpc.ClientConn) string {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	answer := &wrapperspb.StringValue{}
	if err := channel.Invoke(ctx, names.Path, &emptypb.Empty{}, answer); err != nil {
		return fmt.Sprintf("failed %v\n", err)
	}
	return fmt.Sprintf("ok %s\n", answer.GetValue())
}

func main() {
	channel, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	stop, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for stop.Err() == nil {
				os.Stdout.WriteString(call(channel))
			}
		})
	}
	all.Wait()
}
