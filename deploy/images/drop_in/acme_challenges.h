#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/status/http_server.h"

namespace fairlead {

// What acme-companion and the like write for ACME's HTTP-01 challenges (RFC 8555, section 8.3), as
// nginx-proxy serves it: the files in HTML/.well-known/acme-challenge, where HTML is nginx's
// document root. A file is looked for anew each time: the folder may come later than we do.

// The content of the file `token`. NOT_FOUND: there is none, or that is no token (1 to 255 of
// A-Z a-z 0-9 - _); FAILED_PRECONDITION: it is no file (a symbolic link is none, nor is what lies
// behind one) or has more than 64 KiB; PERMISSION_DENIED: this process may not read it.
// Thread-safe.
absl::StatusOr<std::string> ReadChallenge(const std::string& html, absl::string_view token);

// What whoever asks for `path` (decoded) gets: the file, or 404; what is there and is not sent is
// logged. Thread-safe.
HttpReply AnswerChallenge(const std::string& html, const std::string& path);

// Serves them on `address` ("IP:PORT") until the process gets SIGTERM or SIGINT, which it has to
// get in no other thread. Errors are HttpServer's.
absl::Status ServeChallenges(const std::string& html, const std::string& address);

}  // namespace fairlead
