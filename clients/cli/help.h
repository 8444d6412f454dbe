#pragma once

#include <CLI/CLI.hpp>
#include <memory>

namespace fairlead {

// What the help of one command says besides its flags and the commands below it.
struct CommandWords {
  const char* name;         // "hosts"
  const char* summary;      // for the list of commands: a few words, no full stop
  const char* usage;        // "fairlead hosts [flags]"
  const char* description;  // what it shows or does, and what the words in it mean
  const char* examples;     // indented lines; empty: none
  bool lists = false;       // whether it has the program's flag -o
};

extern const CommandWords kFairleadWords;
extern const CommandWords kHostsWords;
extern const CommandWords kServicesWords;
extern const CommandWords kEndpointsWords;
extern const CommandWords kProxiesWords;
extern const CommandWords kProblemsWords;
extern const CommandWords kWatchWords;
extern const CommandWords kExplainWords;
extern const CommandWords kBootstrapWords;
extern const CommandWords kBootstrapEnvoyWords;
extern const CommandWords kBootstrapGrpcWords;
extern const CommandWords kResourcesWords;
extern const CommandWords kResourcesPutWords;
extern const CommandWords kResourcesDeleteWords;
extern const CommandWords kResourcesListWords;
extern const CommandWords kResourcesGetWords;
extern const CommandWords kProxyConfigWords;
extern const CommandWords kCertificatesWords;
extern const CommandWords kCertificatesPutWords;
extern const CommandWords kCertificatesDeleteWords;
extern const CommandWords kCheckWords;
extern const CommandWords kImportWords;
extern const CommandWords kVersionWords;

// Lays a command's help out: description, usage, commands below it, flags (the name on a line of
// its own, what it means below), examples.
std::shared_ptr<CLI::FormatterBase> HelpOf(const CommandWords& words);

}  // namespace fairlead
