#include "server/passwords/verify_password.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/passwords/password_file.h"

namespace fairlead {
namespace {

constexpr char kApr1Prefix[] = "$apr1$";
constexpr int kApr1Rounds = 1000;

// In a time that does not tell how much of them is equal.
bool AreEqual(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string Digest(const EVP_MD* kind, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, kind, nullptr) != 1) return "";
  return std::string(reinterpret_cast<const char*>(digest.data()), size);
}

bool IsSha1Of(absl::string_view encoded, const std::string& password) {
  std::string bytes;
  if (!absl::Base64Unescape(encoded, &bytes) || bytes.size() < SHA_DIGEST_LENGTH) return false;
  const std::string salt = bytes.substr(SHA_DIGEST_LENGTH);
  bytes.resize(SHA_DIGEST_LENGTH);
  return AreEqual(bytes, Digest(EVP_sha1(), password + salt));
}

// Three bytes as four characters, the lowest bits first.
void AppendEncoded(unsigned char high, unsigned char middle, unsigned char low, int characters,
                   std::string& to) {
  constexpr char kAlphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  unsigned int bits = static_cast<unsigned int>(high) << 16 |
                      static_cast<unsigned int>(middle) << 8 | static_cast<unsigned int>(low);
  for (int i = 0; i < characters; ++i, bits >>= 6) to.push_back(kAlphabet[bits & 0x3f]);
}

// Apache's "APR1" (apr_md5_encode): the MD5 of crypt(3), with another prefix in it. OpenSSL has it
// in its program alone (openssl passwd -apr1).
std::string Apr1(const std::string& salt, const std::string& password) {
  const std::string inner = Digest(EVP_md5(), password + salt + password);
  std::string text = absl::StrCat(password, kApr1Prefix, salt);
  for (size_t left = password.size(); left > 0; left -= std::min(left, inner.size())) {
    text += inner.substr(0, left);
  }
  for (size_t left = password.size(); left > 0; left >>= 1) {
    text.push_back((left & 1) != 0 ? '\0' : password[0]);
  }
  std::string digest = Digest(EVP_md5(), text);
  for (int i = 0; i < kApr1Rounds; ++i) {
    const bool is_odd = (i & 1) != 0;
    text = is_odd ? password : digest;
    if (i % 3 != 0) text += salt;
    if (i % 7 != 0) text += password;
    text += is_odd ? digest : password;
    digest = Digest(EVP_md5(), text);
  }
  std::string hash = absl::StrCat(kApr1Prefix, salt, "$");
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(digest[at]); };
  for (size_t i = 0; i < 5; ++i) {
    AppendEncoded(byte(i), byte(i + 6), byte(i == 4 ? 5 : i + 12), 4, hash);
  }
  AppendEncoded(0, 0, byte(11), 2, hash);
  return hash;
}

bool IsApr1Of(absl::string_view hash, const std::string& password) {
  absl::string_view rest = hash;
  absl::ConsumePrefix(&rest, kApr1Prefix);
  return AreEqual(hash, Apr1(std::string(rest.substr(0, rest.find('$'))), password));
}

bool IsCryptOf(const std::string& hash, const std::string& password) {
  // Tens of kilobytes; crypt_r wants it zeroed.
  const auto data = std::make_unique<crypt_data>();
  const char* const made = crypt_r(password.c_str(), hash.c_str(), data.get());
  const bool is_equal = made != nullptr && AreEqual(made, hash);
  OPENSSL_cleanse(data.get(), sizeof(*data));
  return is_equal;
}

}  // namespace

std::optional<Credentials> ParseBasicCredentials(absl::string_view authorization) {
  constexpr absl::string_view kBasic = "basic ";
  constexpr size_t kMost = (PasswordFile::kLongestUser + 1 + kLongestPassword + 2) / 3 * 4;
  if (!absl::StartsWithIgnoreCase(authorization, kBasic)) return std::nullopt;
  const absl::string_view encoded = absl::StripAsciiWhitespace(authorization.substr(kBasic.size()));
  std::string text;
  if (encoded.size() > kMost || !absl::Base64Unescape(encoded, &text)) return std::nullopt;
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  Credentials credentials = {text.substr(0, colon), text.substr(colon + 1)};
  // crypt(3) would take what is before it for the whole.
  if (absl::StrContains(credentials.password, '\0')) return std::nullopt;
  if (credentials.user.size() > PasswordFile::kLongestUser ||
      credentials.password.size() > kLongestPassword) {
    return std::nullopt;
  }
  return credentials;
}

bool IsPasswordOf(absl::string_view hash, const std::string& password) {
  switch (SchemeOf(hash)) {
    case PasswordScheme::kSha1:
      return IsSha1Of(absl::StripPrefix(hash, "{SHA}"), password);
    case PasswordScheme::kSaltedSha1:
      return IsSha1Of(absl::StripPrefix(hash, "{SSHA}"), password);
    case PasswordScheme::kApr1:
      return IsApr1Of(hash, password);
    case PasswordScheme::kCrypt:
      return IsCryptOf(std::string(hash), password);
    case PasswordScheme::kUnknown:
      return false;
  }
  return false;
}

}  // namespace fairlead
