#include "server/subscriptions/join_slices.h"

#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

std::string TextOf(const std::vector<grpc::Slice>& pieces) {
  std::string text;
  for (const grpc::Slice& piece : pieces) {
    text.append(reinterpret_cast<const char*>(piece.begin()), piece.size());
  }
  return text;
}

std::vector<grpc::Slice> Pieces(size_t count, size_t size) {
  std::vector<grpc::Slice> pieces;
  for (size_t i = 0; i < count; ++i) {
    pieces.emplace_back(std::string(size, static_cast<char>('a' + i % 26)));
  }
  return pieces;
}

TEST(JoinSlices, HasTheBytesOfAllInOrder) {
  EXPECT_EQ(JoinSlices({}).size(), 0u);
  const std::vector<grpc::Slice> pieces = {grpc::Slice("one"), grpc::Slice(""),
                                           grpc::Slice(std::string(1000, 'x'))};
  EXPECT_EQ(TextOf({JoinSlices(pieces)}), TextOf(pieces));
}

TEST(JoinSlices, JoinsManySmallOnesAlone) {
  struct Case {
    size_t count;
    size_t size;
    size_t left;
  };
  for (const Case& c : {Case{0, 0, 0}, Case{1, 10, 1}, Case{256, 10, 256}, Case{257, 10, 1},
                        Case{1000, 4096, 1}, Case{257, 4097, 257}}) {
    std::vector<grpc::Slice> pieces = Pieces(c.count, c.size);
    const std::string text = TextOf(pieces);
    JoinIfManyAndSmall(pieces);
    EXPECT_EQ(pieces.size(), c.left) << c.count << " of " << c.size << " bytes";
    EXPECT_EQ(TextOf(pieces), text);
  }
}

}  // namespace
}  // namespace fairlead
