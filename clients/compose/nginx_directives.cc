#include "clients/compose/nginx_directives.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace fairlead {
namespace {

constexpr size_t kLongestName = 64;

struct Known {
  absl::string_view prefix;  // of the directive's name; the first row that fits counts
  bool is_needless;
  absl::string_view what;
};

constexpr absl::string_view kStreamed = "bodies are passed on as they come";
constexpr absl::string_view kHeaders = "headers of a request may have 60 KiB";

constexpr std::array<Known, 27> kKnown = {{
    {"client_max_body_size", true, "bodies of requests have no limit"},
    {"client_body_", true, kStreamed},
    {"proxy_buffer", true, kStreamed},
    {"proxy_busy_buffers_size", true, kStreamed},
    {"proxy_request_buffering", true, kStreamed},
    {"proxy_max_temp_file_size", true, kStreamed},
    {"proxy_http_version", true, "containers are spoken to with HTTP/1.1, and websockets pass"},
    {"proxy_connect_timeout", true, "after 1 s another container is tried"},
    {"server_tokens", true, "no version is told"},
    {"server_names_hash_", true, "there is no such table"},
    {"resolver", true, "no name is resolved"},
    {"client_header_buffer_size", true, kHeaders},
    {"large_client_header_buffers", true, kHeaders},
    {"proxy_read_timeout", false,
     "an answer may take any time, but a request in which no byte passes for 5 minutes is ended"},
    {"proxy_send_timeout", false,
     "a request may take any time, but one in which no byte passes for 5 minutes is ended"},
    {"proxy_set_header", false,
     "Host, X-Real-IP, X-Forwarded-*, X-Original-URI, Upgrade and Connection are set anyway; no "
     "others"},
    {"set_real_ip_from", false, "TRUST_DOWNSTREAM_PROXY=true believes the proxy in front"},
    {"real_ip_", false, "TRUST_DOWNSTREAM_PROXY=true believes the proxy in front"},
    {"ssl_protocols", false, "SSL_POLICY chooses them"},
    {"ssl_ciphers", false, "SSL_POLICY chooses them"},
    {"ssl_client_certificate", false, "NAME.ca.crt beside the certificate has them"},
    {"auth_basic", false, "a file of the host's name in /etc/nginx/htpasswd does it"},
    {"error_page", false,
     "/usr/share/nginx/html/errors/50x.html is the page of 500, 502, 503, 504"},
    {"access_log", false, "LOG_JSON and DISABLE_ACCESS_LOGS decide on the log"},
    {"log_format", false, "LOG_JSON=true has fields with names"},
    {"allow", false, "NETWORK_ACCESS=internal lets in private networks alone"},
    {"deny", false, "NETWORK_ACCESS=internal lets in private networks alone"},
}};

bool IsName(absl::string_view word) {
  return !word.empty() && word.size() <= kLongestName &&
         std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return absl::ascii_islower(c) || c == '_'; });
}

// Reads words up to what ends a directive, with its comments and quotes.
class Scanner {
 public:
  explicit Scanner(absl::string_view text) : rest_(text) {}

  std::set<std::string> Run() {
    while (!rest_.empty() && names_.size() < kMostDirectives) Step();
    return std::move(names_);
  }

 private:
  void Step() {
    const char c = rest_[0];
    if (c == '#' && word_.empty()) {
      Skip(rest_.find('\n'));
    } else if (c == '"' || c == '\'') {
      TakeQuoted(c);
    } else if (c == ';' || c == '{' || c == '}') {
      EndDirective(c != '}');
      rest_.remove_prefix(1);
    } else if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      EndWord();
      rest_.remove_prefix(1);
    } else {
      word_.push_back(c);
      rest_.remove_prefix(1);
    }
  }

  void Skip(size_t count) { rest_.remove_prefix(std::min(count, rest_.size())); }

  // What stands in quotes is never a directive's name.
  void TakeQuoted(char quote) {
    word_.push_back(quote);
    const size_t end = rest_.find(quote, 1);
    Skip(end == absl::string_view::npos ? end : end + 1);
  }

  void EndWord() {
    if (first_.empty()) first_ = word_;
    word_.clear();
  }

  void EndDirective(bool is_directive) {
    EndWord();
    if (is_directive && IsName(first_)) names_.insert(first_);
    first_.clear();
  }

  absl::string_view rest_;
  std::string word_;   // that is being read
  std::string first_;  // of the directive that is being read
  std::set<std::string> names_;
};

}  // namespace

std::vector<std::string> NginxDirectives(absl::string_view text) {
  const std::set<std::string> names = Scanner(text).Run();
  return {names.begin(), names.end()};
}

DirectiveAdvice AdviceOn(absl::string_view directive) {
  for (const Known& known : kKnown) {
    if (absl::StartsWith(directive, known.prefix)) {
      return {known.is_needless, std::string(known.what)};
    }
  }
  return {};
}

}  // namespace fairlead
