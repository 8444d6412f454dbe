#include "clients/cli/run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/admin/admin_client.h"
#include "clients/cli/bootstrap.h"
#include "clients/cli/certificate_commands.h"
#include "clients/cli/command_line.h"
#include "clients/cli/compose_commands.h"
#include "clients/cli/display_text.h"
#include "clients/cli/explain_commands.h"
#include "clients/cli/listings.h"
#include "clients/cli/message_json.h"
#include "clients/cli/resource_commands.h"
#include "clients/compose/forecast.h"

namespace fairlead {
namespace {

using Command = Request::Command;

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kUnavailable:
      return ExitCode::kUnreachable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kDenied;
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kTimeout;
    default:
      return ExitCode::kError;
  }
}

// One command under way.
class Run {
 public:
  Run(const Request& request, const Surroundings& surroundings)
      : request_(request), around_(surroundings) {}

  ExitCode Execute() {
    switch (request_.command) {
      case Command::kText:
        return Ended(Print(request_.text));
      case Command::kBootstrapEnvoy:
        return Ended(Print(EnvoyBootstrap(request_.bootstrap)));
      case Command::kBootstrapGrpc:
        return Ended(Print(GrpcBootstrap(request_.bootstrap)));
      case Command::kCheck:
      case Command::kImport:
        return OfComposeFiles();
      default:
        return Ask();
    }
  }

 private:
  ExitCode Ask() {
    absl::StatusOr<AdminClient> client = AdminClient::Create(request_.connection);
    if (!client.ok()) {
      // NOT_FOUND is a file's here, not that of something asked for.
      Complain(client.status());
      return absl::IsInvalidArgument(client.status()) ? ExitCode::kUsage : ExitCode::kError;
    }
    switch (request_.command) {
      case Command::kHosts:
        return Show(client->ListHosts(), HostsText);
      case Command::kServices:
        return Show(client->ListServices(request_.name), ServicesText);
      case Command::kEndpoints:
        return Show(client->ListEndpoints(request_.name), EndpointsText);
      case Command::kProxies:
        return Show(client->ListProxies(), ProxiesText);
      case Command::kProblems:
        return Show(client->ListProblems(), ProblemsText);
      case Command::kWatch:
        return Ended(Watch(*client));
      case Command::kExplain:
        return Ended(Explain(*client));
      case Command::kCertificates:
        return Show(client->ListCertificates(), CertificatesText);
      case Command::kCertificatesPut:
        return PutCertificate(*client);
      case Command::kCertificatesDelete:
        return DeleteCertificate(*client);
      default:
        return OfResources(*client);
    }
  }

  ExitCode OfResources(AdminClient& client) {
    const std::pair<Command, absl::StatusOr<std::string> (*)(const ResourceCall&)> commands[] = {
        {Command::kResourcesPut, RunPut},        {Command::kResourcesDelete, RunDelete},
        {Command::kResourcesList, RunList},      {Command::kResourcesGet, RunGet},
        {Command::kProxyConfig, RunProxyConfig},
    };
    absl::StatusOr<std::string> text;
    for (const auto& [command, run] : commands) {
      if (command == request_.command) text = run({request_, client, around_.input, LookNow()});
    }
    return Ended(text.ok() ? Print(*text) : text.status());
  }

  ExitCode OfComposeFiles() {
    const auto project = ReadComposeFiles(request_.compose, around_.variables, around_.input);
    if (!project.ok()) {
      Complain(project.status());
      return ExitCode::kUsage;
    }
    if (request_.command == Command::kImport) return Import(*project);
    const auto check = Forecast(*project);
    const ExitCode shown = Show(check, CheckText);
    return shown == ExitCode::kOk && !check->problems().empty() ? ExitCode::kError : shown;
  }

  ExitCode Import(const ComposeProject& project) {
    const auto import = ImportOf(project, request_.compose);
    const ExitCode shown = Show(import, ImportText);
    if (shown != ExitCode::kOk) return shown;
    switch (import->verdict()) {
      case v1::ComposeImport::SAME:
        return ExitCode::kOk;
      case v1::ComposeImport::NO_PROXY:
        return ExitCode::kNotFound;
      default:
        return ExitCode::kError;
    }
  }

  ExitCode PutCertificate(AdminClient& client) {
    const auto request = ReadCertificatePut(request_.certificates);
    if (!request.ok()) return Ended(request.status());
    return Show(client.PutCertificate(*request), CertificatePutText);
  }

  ExitCode DeleteCertificate(AdminClient& client) {
    v1::DeleteCertificateRequest request;
    request.set_name(request_.certificates.name);
    return Show(client.DeleteCertificate(request), CertificateDeletedText);
  }

  template <typename Response>
  ExitCode Show(const absl::StatusOr<Response>& response,
                std::string (*text)(const Response&, const Look&)) {
    if (!response.ok()) return Ended(response.status());
    if (request_.output != Request::Output::kJson) return Ended(Print(text(*response, LookNow())));
    return Ended(PrintJson(*response, /*one_line=*/false));
  }

  // Several as JSON are an object a line.
  absl::Status Explain(AdminClient& client) {
    const std::vector<v1::ExplainRequest> requests = ExplainRequestsOf(request_.explain);
    for (size_t i = 0; i < requests.size(); ++i) {
      const absl::StatusOr<v1::ExplainResponse> response = client.Explain(requests[i]);
      if (!response.ok()) return response.status();
      const absl::Status printed =
          request_.output == Request::Output::kJson
              ? PrintJson(*response, /*one_line=*/requests.size() > 1)
              : Print(absl::StrCat(i > 0 ? "\n" : "", ExplainText(*response, LookNow())));
      if (!printed.ok()) return printed;
    }
    return absl::OkStatus();
  }

  absl::Status Watch(AdminClient& client) {
    const absl::StatusOr<std::unique_ptr<AdminWatch>> watch = client.Watch();
    if (!watch.ok()) return watch.status();
    const absl::Time end = absl::Now() + request_.watch_for;
    int64_t changes = 0;
    while (request_.watch_count == 0 || changes < request_.watch_count) {
      const auto event = (*watch)->Next(end);
      if (!event.ok()) return event.status();
      if (!event->has_value()) return absl::OkStatus();
      const absl::Status printed = request_.output == Request::Output::kJson
                                       ? PrintJson(**event, /*one_line=*/true)
                                       : Print(EventLine(**event, LookNow()));
      if (!printed.ok()) return printed;
      if ((*event)->kind() != v1::WatchResponse::WATCHING) ++changes;
    }
    return absl::OkStatus();
  }

  Look LookNow() const {
    const char* no_color = around_.variables("NO_COLOR");
    const bool wanted = !request_.no_colour && (no_color == nullptr || *no_color == '\0');
    return {.wide = request_.output == Request::Output::kWide,
            .colour = around_.is_terminal && wanted,
            .now = around_.clock.Wall()};
  }

  absl::Status PrintJson(const google::protobuf::Message& message, bool one_line) {
    const absl::StatusOr<std::string> json = MessageJson(message, one_line);
    return json.ok() ? Print(*json) : json.status();
  }

  absl::Status Print(const std::string& text) {
    around_.output << text << std::flush;
    if (around_.output.good()) return absl::OkStatus();
    return absl::DataLossError(
        "cannot write to the standard output. Is the disk full, or its reader gone?");
  }

  void Complain(const absl::Status& status) {
    // A server's words may have come from anyone.
    around_.errors << "fairlead: " << Printable(std::string(status.message())) << "\n";
  }

  ExitCode Ended(const absl::Status& status) {
    if (!status.ok()) Complain(status);
    return ExitCodeOf(status);
  }

  const Request& request_;
  const Surroundings& around_;
};

}  // namespace

ExitCode RunFairlead(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  const absl::StatusOr<Request> request = ParseCommandLine(arguments, surroundings.variables);
  if (!request.ok()) {
    surroundings.errors << "fairlead: " << request.status().message() << "\n";
    return ExitCode::kUsage;
  }
  return Run(*request, surroundings).Execute();
}

}  // namespace fairlead
