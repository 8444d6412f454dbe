#include "clients/cli/explain_commands.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace fairlead {
namespace {

bool IsUrl(absl::string_view text) { return absl::StrContains(text, "://"); }

std::pair<std::string, std::string> Parts(const std::string& header) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(header, absl::MaxSplits(':', 1));
  return {std::string(absl::StripAsciiWhitespace(parts.first)),
          std::string(absl::StripAsciiWhitespace(parts.second))};
}

absl::Status CheckHeader(const std::string& header) {
  const bool has_name = !Parts(header).first.empty();
  if (has_name && absl::StrContains(header, ':')) return absl::OkStatus();
  return absl::InvalidArgumentError("write NAME: VALUE, without commas");
}

}  // namespace

void AddExplainFlags(Flags& flags, ExplainArguments* arguments) {
  flags.VariablePrefix("EXPLAIN_");
  flags.Add("--method", "METHOD", "Of a URL's request: its method; GET without.",
            &arguments->method);
  flags.Add("--header", "NAME: VALUE",
            "A header of the request; several: give the flag several times.", &arguments->headers,
            CheckHeader);
  flags.Add("--group", "GROUP", "The proxies that get the request: those of this group.",
            &arguments->group);
  flags.Add("--node", "ID", "The one proxy that gets the request, by its node id.",
            &arguments->node);
  flags.Add("--port", "PORT",
            "The proxies' port at which the request arrives, where a mapping of ports lies between "
            "it and the URL's.",
            &arguments->port, 65'535);
  flags.Add("--client", "IP", "The client's address, for routes that let only some in.",
            &arguments->client);
}

absl::Status CheckExplain(const ExplainArguments& arguments) {
  if (!arguments.what.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "what to explain is missing; write a container's name, or a URL such as "
      "http://shop.example/");
}

std::vector<v1::ExplainRequest> ExplainRequestsOf(const ExplainArguments& arguments) {
  std::vector<v1::ExplainRequest> requests;
  for (const std::string& what : arguments.what) {
    v1::ExplainRequest& request = requests.emplace_back();
    if (!IsUrl(what)) {
      request.set_container(what);
      continue;
    }
    v1::RequestToExplain& asked = *request.mutable_request();
    asked.set_url(what);
    asked.set_method(absl::AsciiStrToUpper(arguments.method));
    asked.set_group(arguments.group);
    asked.set_node_id(arguments.node);
    asked.set_port(static_cast<uint32_t>(arguments.port));
    asked.set_client(arguments.client);
    for (const std::string& text : arguments.headers) {
      v1::HttpHeader& header = *asked.add_headers();
      auto [name, value] = Parts(text);
      header.set_name(std::move(name));
      header.set_value(std::move(value));
    }
  }
  return requests;
}

}  // namespace fairlead
