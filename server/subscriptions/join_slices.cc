#include "server/subscriptions/join_slices.h"

#include <cstdint>
#include <cstring>

namespace fairlead {
namespace {

constexpr size_t kMany = 256;
// A slice that is larger costs more to copy than to list.
constexpr size_t kSmall = 4 * 1024;

size_t SizeOf(const std::vector<grpc::Slice>& pieces) {
  size_t size = 0;
  for (const grpc::Slice& piece : pieces) size += piece.size();
  return size;
}

}  // namespace

grpc::Slice JoinSlices(const std::vector<grpc::Slice>& pieces) {
  grpc::Slice joined(SizeOf(pieces));
  // A new slice is ours alone until it is handed on.
  auto* at = const_cast<uint8_t*>(joined.begin());
  for (const grpc::Slice& piece : pieces) {
    std::memcpy(at, piece.begin(), piece.size());
    at += piece.size();
  }
  return joined;
}

void JoinIfManyAndSmall(std::vector<grpc::Slice>& pieces) {
  if (pieces.size() <= kMany || SizeOf(pieces) > kSmall * pieces.size()) return;
  grpc::Slice joined = JoinSlices(pieces);
  pieces.clear();
  pieces.push_back(std::move(joined));
}

}  // namespace fairlead
