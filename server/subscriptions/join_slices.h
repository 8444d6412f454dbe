#pragma once

#include <grpcpp/support/slice.h>

#include <vector>

namespace fairlead {

// The bytes of all, one after the other, in one slice of its own.
grpc::Slice JoinSlices(const std::vector<grpc::Slice>& pieces);

// Joins them if they are many and small: for each slice of a message, several of gRPC's lists grow,
// and those of a connection never shrink (some 100 bytes a slice).
void JoinIfManyAndSmall(std::vector<grpc::Slice>& pieces);

}  // namespace fairlead
