// A client's header Authorization: none may crash whoever reads it, and what is read is bounded.
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "absl/strings/match.h"
#include "server/passwords/password_file.h"
#include "server/passwords/verify_password.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::optional<fairlead::Credentials> credentials =
      fairlead::ParseBasicCredentials(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!credentials.has_value()) return 0;
  if (credentials->user.empty() || absl::StrContains(credentials->user, ':')) abort();
  if (credentials->user.size() > fairlead::PasswordFile::kLongestUser) abort();
  if (credentials->password.size() > fairlead::kLongestPassword) abort();
  if (absl::StrContains(credentials->password, '\0')) abort();
  (void)fairlead::IsPasswordOf("$apr1$saltsalt$LrttParrLPdxvgutaSXWJ0", credentials->password);
  return 0;
}
