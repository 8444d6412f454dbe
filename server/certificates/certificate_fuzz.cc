// Files of a certificate: none may crash the parser, whatever they hold, and no problem may tell
// what is in them. The five files lie behind each other, with a zero byte between.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/certificates/certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<std::string> parts = absl::StrSplit(
      absl::string_view(reinterpret_cast<const char*>(data), size), absl::MaxSplits('\0', 4));
  fairlead::CertificateFiles files;
  files.base = "/certs/fuzz";
  fairlead::CertificateFile* const all[] = {&files.certificate, &files.key, &files.chain,
                                            &files.authorities, &files.revocations};
  for (size_t i = 0; i < parts.size(); ++i) {
    *all[i] = {fairlead::CertificateFile::State::kRead, parts[i], ""};
  }
  const fairlead::ParsedCertificate parsed = fairlead::ParseCertificate("fuzz", files);
  // Nothing is neither served nor said to be wrong.
  if (parsed.certificate == nullptr && !parsed.problem.has_value()) abort();
  if (parsed.problem.has_value() && absl::StrContains(parsed.problem->what, "-----")) abort();
  if (parsed.certificate != nullptr) {
    (void)fairlead::ProblemOfDates(*parsed.certificate, absl::UnixEpoch());
    (void)fairlead::NextChangeOfDates(*parsed.certificate, absl::UnixEpoch());
  }
  return 0;
}
