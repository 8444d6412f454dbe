#include "server/passwords/verify_password.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

// What openssl passwd, Python's crypt and hashlib made of these passwords.
TEST(IsPasswordOf, OfEachScheme) {
  const std::pair<const char*, const char*> cases[] = {
      {"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "secret"},
      {"{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0", "secret"},
      {"$apr1$saltsalt$LrttParrLPdxvgutaSXWJ0", "secret"},
      {"$apr1$a$lsAcX0kKaMIVmrCtUuk5b0", ""},
      {"$apr1$abcdefgh$BUNIRjreFhbfblop78TW40", "a much longer password, of 40 bytes here"},
      {"$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "secret"},
      {"$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0"
       "Ry5qulYz.",
       "secret"},
      {"$5$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi.", "secret"},
      {"$1$saltsalt$9xy1btjgzLYfb7hivXtC//", "secret"},
      {"abNANd1rDfiNc", "secret"},
  };
  for (const auto& [hash, password] : cases) {
    EXPECT_TRUE(IsPasswordOf(hash, password)) << hash;
    EXPECT_FALSE(IsPasswordOf(hash, absl::StrCat("x", password))) << hash;
    EXPECT_FALSE(IsPasswordOf(hash, "other")) << hash;
  }
}

TEST(IsPasswordOf, NothingIsThePasswordOfNoHash) {
  for (const char* hash : {"", "secret", "{SHA}", "*0", "*", "!", "$6$"}) {
    EXPECT_FALSE(IsPasswordOf(hash, "")) << hash;
    EXPECT_FALSE(IsPasswordOf(hash, "secret")) << hash;
    EXPECT_FALSE(IsPasswordOf(hash, hash)) << hash;
  }
}

TEST(ParseBasicCredentials, UserAndPassword) {
  const auto parse = [](absl::string_view scheme, absl::string_view text) {
    const auto parsed = ParseBasicCredentials(absl::StrCat(scheme, absl::Base64Escape(text)));
    return parsed.has_value() ? absl::StrCat(parsed->user, "|", parsed->password) : "none";
  };
  EXPECT_EQ(parse("Basic ", "alice:secret"), "alice|secret");
  EXPECT_EQ(parse("bASIC  ", "alice:a:b"), "alice|a:b");
  EXPECT_EQ(parse("Basic ", "alice:"), "alice|");
  EXPECT_EQ(parse("Basic ", ":secret"), "none");
  EXPECT_EQ(parse("Basic ", "alice"), "none");
  EXPECT_EQ(parse("Basic ", absl::string_view("a:b\0c", 5)), "none");
  EXPECT_EQ(parse("Bearer ", "alice:secret"), "none");
  EXPECT_EQ(parse("Basic", "alice:secret"), "none");
  EXPECT_EQ(parse("Basic ", absl::StrCat("a:", std::string(kLongestPassword + 1, 'x'))), "none");
  EXPECT_EQ(parse("Basic ", absl::StrCat(std::string(256, 'u'), ":p")), "none");
  EXPECT_FALSE(ParseBasicCredentials("Basic !!!").has_value());
  EXPECT_FALSE(ParseBasicCredentials("").has_value());
}

}  // namespace
}  // namespace fairlead
