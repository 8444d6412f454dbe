#include "clients/cli/command_line.h"

#include <algorithm>
#include <list>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/cli/bootstrap_flags.h"
#include "clients/cli/display_text.h"
#include "clients/cli/help.h"
#include "server/base/log.h"
#include "server/base/spelling.h"
#include "server/base/version.h"

namespace fairlead {
namespace {

using Command = Request::Command;

std::string DidYouMean(absl::string_view word, const std::vector<std::string>& names) {
  const std::string nearest = NearestName(word, names);
  return nearest.empty() ? "" : absl::StrCat("; did you mean '", nearest, "'?");
}

// The tree of commands: CLI11 takes the words apart; which values they have is Flags' part.
class CommandTree {
 public:
  explicit CommandTree(Request& request);

  absl::Status Parse(std::vector<std::string> arguments, const Flags::Variables& variables);

 private:
  struct Node {
    CLI::App* app;
    Flags flags;
    Command command;
    bool is_group;  // has commands below it, and needs one of them if it is none itself
  };

  Node& Add(CLI::App& parent, const CommandWords& words, Command command);
  void SetUp(CLI::App& app, const CommandWords& words);
  void AddConnection(Flags& flags);
  void AddOutput(Flags& flags);
  void AddName(Node& node);
  void AddExplain();
  void AddResources();
  void AddCertificates();
  void AddCompose();

  const Node& Chosen() const;
  absl::Status Take(const Node& node, const Flags::Variables& variables);
  absl::Status CheckWords(const Node& node) const;
  absl::Status CheckTlsFlags(const Node& node) const;
  static std::string PathOf(const Node& node);
  std::vector<std::string> FlagNames(const Node& node) const;

  Request& request_;
  CLI::App app_;
  std::list<Node> nodes_;  // the first is the program itself
};

CommandTree::CommandTree(Request& request) : request_(request), app_("", kFairleadWords.name) {
  SetUp(app_, kFairleadWords);
  app_.set_version_flag("--version", absl::StrCat("fairlead ", kVersion),
                        "Print the version and end.");
  nodes_.push_back({&app_, Flags(app_), Command::kText, true});
  AddConnection(nodes_.front().flags);
  AddOutput(nodes_.front().flags);
  const std::pair<const CommandWords*, Command> listings[] = {
      {&kHostsWords, Command::kHosts},         {&kServicesWords, Command::kServices},
      {&kEndpointsWords, Command::kEndpoints}, {&kProxiesWords, Command::kProxies},
      {&kProblemsWords, Command::kProblems},   {&kWatchWords, Command::kWatch}};
  for (const auto& [words, command] : listings) Add(app_, *words, command);
  for (Node& node : nodes_) {
    if (node.command == Command::kServices || node.command == Command::kEndpoints) AddName(node);
  }
  Flags& watch = nodes_.back().flags;
  watch.Add("--for", "End after so long, with exit code 0.", &request_.watch_for);
  watch.Add("--count", "N", "End after so many changes, with exit code 0.", &request_.watch_count,
            1'000'000'000);
  AddExplain();
  CLI::App& bootstrap = *Add(app_, kBootstrapWords, Command::kText).app;
  nodes_.back().is_group = true;
  AddBootstrapFlags(Add(bootstrap, kBootstrapEnvoyWords, Command::kBootstrapEnvoy).flags, true,
                    &request_.bootstrap);
  AddBootstrapFlags(Add(bootstrap, kBootstrapGrpcWords, Command::kBootstrapGrpc).flags, false,
                    &request_.bootstrap);
  AddResources();
  AddCertificates();
  AddCompose();
  Add(app_, kVersionWords, Command::kText);
  request_.text = absl::StrCat("fairlead ", kVersion, "\n");
}

void CommandTree::SetUp(CLI::App& app, const CommandWords& words) {
  app.description(words.summary);
  app.formatter(HelpOf(words));
  app.allow_extras();
  app.set_help_flag("-h,--help", "Print this and end.");
}

CommandTree::Node& CommandTree::Add(CLI::App& parent, const CommandWords& words, Command command) {
  CLI::App* const app = parent.add_subcommand(words.name);
  SetUp(*app, words);
  app->fallthrough();
  parent.require_subcommand(0, 1);
  nodes_.push_back({app, Flags(*app), command, false});
  return nodes_.back();
}

void CommandTree::AddConnection(Flags& flags) {
  AdminClient::Options& connection = request_.connection;
  flags.Add("--server", "ADDR", "The server's admin address.", connection.server,
            [&connection](const std::string& text) {
              const absl::StatusOr<HostPort> address = ParseHostPort(text);
              if (address.ok()) connection.server = text;
              return address.status();
            });
  flags.Add("--timeout", "How long to wait for an answer.", &connection.timeout);
  flags.Add("--tls-cert", "FILE",
            "Your certificate, in PEM. TLS is used when it, --tls-key and --tls-ca are given.",
            &connection.tls.certificate_file);
  flags.Add("--tls-key", "FILE", "The private key of --tls-cert, in PEM.",
            &connection.tls.key_file);
  flags.Add("--tls-ca", "FILE", "The authorities that the server's certificate may come from.",
            &connection.tls.authorities_file);
  flags.AddSwitch("--insecure",
                  "Allow plain text to addresses other than loopback: whoever sits between can "
                  "read and change everything.",
                  &connection.tls.insecure);
}

void CommandTree::AddOutput(Flags& flags) {
  flags.Add("-o,--output", "FORMAT", "table, wide (all columns) or json.", "table",
            [this](const std::string& text) {
              const std::pair<const char*, Request::Output> formats[] = {
                  {"table", Request::Output::kTable},
                  {"wide", Request::Output::kWide},
                  {"json", Request::Output::kJson},
                  {"yaml", Request::Output::kYaml}};
              for (const auto& [name, output] : formats) {
                if (text != name) continue;
                request_.output = output;
                return absl::OkStatus();
              }
              return absl::InvalidArgumentError("write table, wide or json");
            });
  flags.AddSwitch("--no-color", "No colours, as with NO_COLOR; a file or pipe gets none anyway.",
                  &request_.no_colour);
}

void CommandTree::AddName(Node& node) { node.app->add_option("NAME", request_.name); }

void CommandTree::AddExplain() {
  Node& explain = Add(app_, kExplainWords, Command::kExplain);
  explain.app->add_option("WHAT", request_.explain.what);
  AddExplainFlags(explain.flags, &request_.explain);
}

void CommandTree::AddResources() {
  ResourceArguments& arguments = request_.resources;
  const auto add_type = [&arguments](Node& node) {
    node.app->add_option("TYPE", arguments.type);
    node.app->add_option("NAME", arguments.names);
  };
  CLI::App& resources = *Add(app_, kResourcesWords, Command::kText).app;
  nodes_.back().is_group = true;
  Flags& put = Add(resources, kResourcesPutWords, Command::kResourcesPut).flags;
  AddScopeFlags(put, &arguments);
  AddPutFlags(put, &arguments);
  const std::pair<const CommandWords*, Command> others[] = {
      {&kResourcesDeleteWords, Command::kResourcesDelete},
      {&kResourcesListWords, Command::kResourcesList},
      {&kResourcesGetWords, Command::kResourcesGet}};
  for (const auto& [words, command] : others) {
    Node& node = Add(resources, *words, command);
    AddScopeFlags(node.flags, &arguments);
    if (command != Command::kResourcesList) add_type(node);
  }
  Node& config = Add(app_, kProxyConfigWords, Command::kProxyConfig);
  config.app->add_option("NODE", arguments.node);
  config.app->add_option("TYPE", arguments.type);
}

void CommandTree::AddCertificates() {
  CertificateArguments& arguments = request_.certificates;
  CLI::App& certificates = *Add(app_, kCertificatesWords, Command::kCertificates).app;
  nodes_.back().is_group = true;
  Node& put = Add(certificates, kCertificatesPutWords, Command::kCertificatesPut);
  put.app->add_option("NAME", arguments.name);
  AddCertificateFlags(put.flags, &arguments);
  Node& deletion = Add(certificates, kCertificatesDeleteWords, Command::kCertificatesDelete);
  deletion.app->add_option("NAME", arguments.name);
}

void CommandTree::AddCompose() {
  const std::pair<const CommandWords*, Command> commands[] = {{&kCheckWords, Command::kCheck},
                                                              {&kImportWords, Command::kImport}};
  for (const auto& [words, command] : commands) {
    Node& node = Add(app_, *words, command);
    node.app->add_option("FILE", request_.compose.files);
    AddComposeFlags(node.flags, &request_.compose);
  }
}

const CommandTree::Node& CommandTree::Chosen() const {
  const CLI::App* app = &app_;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *std::find_if(nodes_.begin(), nodes_.end(),
                       [app](const Node& node) { return node.app == app; });
}

// "fairlead bootstrap envoy".
std::string CommandTree::PathOf(const Node& node) {
  std::string path = node.app->get_name();
  for (const CLI::App* app = node.app->get_parent(); app != nullptr; app = app->get_parent()) {
    path = absl::StrCat(app->get_name(), " ", path);
  }
  return path;
}

std::vector<std::string> CommandTree::FlagNames(const Node& node) const {
  std::vector<std::string> names = node.flags.Names();
  const std::vector<std::string> all = nodes_.front().flags.Names();
  names.insert(names.end(), all.begin(), all.end());
  names.push_back("--help");
  return names;
}

// What CLI11 could not place: unknown commands, unknown flags, words too many.
absl::Status CommandTree::CheckWords(const Node& node) const {
  const std::vector<std::string> left = app_.remaining(/*recurse=*/true);
  if (!left.empty()) {
    const std::string& word = left.front();
    if (absl::StartsWith(word, "-")) {
      const std::string flag = word.substr(0, word.find('='));
      return absl::InvalidArgumentError(
          absl::StrCat("unknown flag '", Quoted(flag), "'", DidYouMean(flag, FlagNames(node))));
    }
    if (!node.is_group) {
      return absl::InvalidArgumentError(absl::StrCat("unexpected argument '", Quoted(word), "'"));
    }
    std::vector<std::string> names;
    for (const CLI::App* app : node.app->get_subcommands({})) names.push_back(app->get_name());
    return absl::InvalidArgumentError(
        absl::StrCat("unknown command '", Quoted(word), "'", DidYouMean(word, names)));
  }
  if (!node.is_group || node.command != Command::kText) return absl::OkStatus();
  std::string names;
  for (const CLI::App* app : node.app->get_subcommands({})) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", app->get_name());
  }
  return absl::InvalidArgumentError(absl::StrCat("a command is missing; there are ", names));
}

// The files of a proxy's TLS go behind the command that writes them down.
absl::Status CommandTree::CheckTlsFlags(const Node& node) const {
  for (const char* flag : {"--tls-cert", "--tls-key", "--tls-ca"}) {
    if (app_.get_option(flag)->count() == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(flag, " before '", PathOf(node), "' is for calls to a server, and none is ",
                     "made; write it behind, where it names the proxy's file"));
  }
  return absl::OkStatus();
}

absl::Status CommandTree::Take(const Node& node, const Flags::Variables& variables) {
  const absl::Status words = CheckWords(node);
  if (!words.ok()) return words;
  for (const Flags* flags : {&std::as_const(nodes_).front().flags, &node.flags}) {
    const absl::Status taken = flags->Take(variables);
    if (!taken.ok()) return taken;
  }
  request_.command = node.command;
  switch (node.command) {
    case Command::kBootstrapEnvoy:
    case Command::kBootstrapGrpc: {
      const absl::Status tls = CheckTlsFlags(node);
      return tls.ok() ? CheckBootstrap(request_.bootstrap) : tls;
    }
    case Command::kResourcesGet:
      return CheckGet(request_.resources);
    case Command::kProxyConfig:
      return CheckProxyConfig(request_.resources);
    default:
      break;
  }
  if (request_.output == Request::Output::kYaml) {
    return absl::InvalidArgumentError("--output 'yaml': write table, wide or json");
  }
  switch (node.command) {
    case Command::kResourcesPut:
      return CheckPut(request_.resources);
    case Command::kResourcesDelete:
      return CheckDelete(request_.resources);
    case Command::kResourcesList:
      return CheckList(request_.resources);
    case Command::kCertificatesPut:
      return CheckCertificatePut(request_.certificates);
    case Command::kExplain:
      return CheckExplain(request_.explain);
    case Command::kCertificatesDelete:
      return CheckCertificateName(request_.certificates);
    case Command::kCheck:
    case Command::kImport:
      return CheckComposeArguments(request_.compose);
    default:
      return absl::OkStatus();
  }
}

absl::Status CommandTree::Parse(std::vector<std::string> arguments,
                                const Flags::Variables& variables) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants it
  absl::Status status;
  try {
    app_.parse(std::move(arguments));
    status = Take(Chosen(), variables);
  } catch (const CLI::CallForHelp&) {
    request_.text = app_.help();
  } catch (const CLI::CallForVersion&) {
    return absl::OkStatus();  // the text is there
  } catch (const CLI::ParseError& error) {
    status = absl::InvalidArgumentError(Quoted(error.what()));
  }
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      // With the words that were typed, which a script may have had from anyone.
      absl::StrCat(Printable(std::string(status.message())), "\nTry '", PathOf(Chosen()),
                   " --help'."));
}

// "help COMMAND" is what many type first.
std::vector<std::string> WithoutHelpCommand(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments.front() != "help") return arguments;
  arguments.erase(arguments.begin());
  arguments.push_back("--help");
  return arguments;
}

}  // namespace

absl::StatusOr<Request> ParseCommandLine(const std::vector<std::string>& arguments,
                                         const Flags::Variables& variables) {
  Request request;
  CommandTree tree(request);
  const absl::Status status = tree.Parse(WithoutHelpCommand(arguments), variables);
  if (!status.ok()) return status;
  return request;
}

}  // namespace fairlead
