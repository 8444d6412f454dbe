#include "server/base/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string name;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> variables;
  std::string file;      // empty: there is none
  std::string expected;  // "listen|servers|count|quiet", or the error
};

std::string ConfigFile(const std::string& text) {
  const std::string path = absl::StrCat(testing::TempDir(), "/settings.yaml");
  std::ofstream(path) << text;
  return path;
}

struct Program {
  Program() {
    settings.Section("Listeners");
    settings.Add("listen", "ADDR", "Where to listen.", &listen, [](absl::string_view value) {
      return value == "bad" ? absl::InvalidArgumentError("write an address") : absl::OkStatus();
    });
    settings.Add("server", "ADDR", "Whom to call.", &servers);
    settings.Add("count", "N", "How many.", &count, 1, 9);
    settings.Add("quiet", "Say little.", &quiet);
  }
  absl::StatusOr<std::string> Read(const std::vector<std::string>& arguments,
                                   const std::map<std::string, std::string>& variables = {}) {
    return settings.Read(arguments, [&](const char* name) -> const char* {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    });
  }
  std::string Values() const {
    std::string joined = absl::StrCat(listen, "|");
    for (const std::string& server : servers) absl::StrAppend(&joined, "<", server, ">");
    return absl::StrCat(joined, "|", count, "|", quiet);
  }

  std::string listen = "here";
  std::vector<std::string> servers = {"s"};
  int64_t count = 3;
  bool quiet = false;
  Settings settings{{.name = "try", .version = "1.2", .description = "Tries.", .epilogue = "End."}};
};

std::vector<Case> Cases() {
  return {
      {"default", {}, {}, "", "here|<s>|3|0"},
      {"flag", {"--listen", "a", "--quiet"}, {}, "", "a|<s>|3|1"},
      {"flag with equals sign", {"--listen=a", "--quiet=false"}, {}, "", "a|<s>|3|0"},
      {"last of a flag given twice", {"--listen=a", "--listen=b"}, {}, "", "b|<s>|3|0"},
      {"variable", {}, {{"FAIRLEAD_LISTEN", "v"}, {"FAIRLEAD_QUIET", "true"}}, "", "v|<s>|3|1"},
      {"an empty variable is not set", {}, {{"FAIRLEAD_LISTEN", ""}}, "", "here|<s>|3|0"},
      {"file", {}, {}, "listen: f\nquiet: true\ncount: 4\n", "f|<s>|4|1"},
      {"flag over variable over file",
       {"--listen=a"},
       {{"FAIRLEAD_LISTEN", "v"}, {"FAIRLEAD_COUNT", "5"}},
       "listen: f\ncount: 6\nserver: g\n",
       "a|<g>|5|0"},
      {"lists", {"--server", "a, b", "--server=c"}, {}, "server: [x]\n", "here|<a><b><c>|3|0"},
      {"list in a file", {}, {}, "server:\n  - a\n  - b\n", "here|<a><b>|3|0"},
      {"unknown flag",
       {"--listn", "a"},
       {},
       "",
       "unknown flag '--listn'; did you mean '--listen'?"},
      {"unknown flag like nothing", {"--zzzzzzz=1"}, {}, "", "unknown flag '--zzzzzzz'"},
      {"argument", {"up"}, {}, "", "unexpected argument 'up'"},
      {"flag without its value", {"--listen"}, {}, "", "--listen: 1 required ADDR missing"},
      {"refused flag", {"--listen=bad"}, {}, "", "--listen 'bad': write an address"},
      {"refused variable",
       {},
       {{"FAIRLEAD_LISTEN", "bad"}},
       "",
       "FAIRLEAD_LISTEN 'bad': write an address"},
      {"refused in file",
       {},
       {},
       "\nlisten: bad\n",
       "FILE, line 2: listen 'bad': write an address"},
      {"number", {"--count=12"}, {}, "", "--count '12': write a whole number from 1 to 9"},
      {"no number", {"--count=x"}, {}, "", "--count 'x': write a whole number from 1 to 9"},
      {"no truth",
       {},
       {},
       "quiet: perhaps\n",
       "FILE, line 1: quiet 'perhaps': write true or false"},
      {"empty item", {"--server=a,,b"}, {}, "", "--server 'a,,b': an item of the list is empty"},
      {"unknown key",
       {},
       {},
       "count: 2\nlissten: f\n",
       "FILE, line 2: unknown setting 'lissten'; did you mean 'listen'?"},
      {"list for one value",
       {},
       {},
       "listen: [a, b]\n",
       "FILE, line 1: listen 'a,b': write one value, not a list"},
      {"config in config",
       {},
       {},
       "config: x\n",
       "FILE, line 1: a file cannot name another; use the flag --config"},
  };
}

TEST(Settings, EveryPlaceAndTheirOrder) {
  for (const Case& each : Cases()) {
    Program program;
    std::vector<std::string> arguments = each.arguments;
    std::string path;
    if (!each.file.empty()) {
      path = ConfigFile(each.file);
      arguments.insert(arguments.begin(), {"--config", path});
    }
    const auto text = program.Read(arguments, each.variables);
    std::string got = text.ok() ? program.Values() : std::string(text.status().message());
    if (const size_t at = got.find(path); !path.empty() && at != std::string::npos) {
      got.replace(at, path.size(), "FILE");
    }
    EXPECT_EQ(got, each.expected) << each.name;
  }
}

TEST(Settings, SaysWhoSaidIt) {
  Program program;
  const std::string path = ConfigFile("count: 5\n");
  ASSERT_TRUE(program.Read({"--listen=a", "--config", path}, {{"FAIRLEAD_QUIET", "1"}}).ok());
  EXPECT_EQ(program.settings.Origin("listen"), "--listen");
  EXPECT_EQ(program.settings.Origin("quiet"), "FAIRLEAD_QUIET");
  EXPECT_EQ(program.settings.Origin("count"), absl::StrCat(path, ", line 1"));
  EXPECT_EQ(program.settings.Origin("server"), "default");
  EXPECT_EQ(program.settings.Refused("server", "is not there").message(),
            "--server 's': is not there");
}

TEST(Settings, HelpTeaches) {
  Program program;
  const auto help = program.Read({"--help"});
  ASSERT_TRUE(help.ok());
  EXPECT_THAT(*help, HasSubstr("Tries."));
  EXPECT_THAT(*help, HasSubstr("Usage: try [OPTIONS]"));
  EXPECT_THAT(*help,
              HasSubstr("Listeners:\n  --listen ADDR\n      Where to listen. [FAIRLEAD_LISTEN; "
                        "default here]\n"));
  EXPECT_THAT(*help, HasSubstr("  --quiet\n      Say little. [FAIRLEAD_QUIET]\n"));
  EXPECT_THAT(*help, HasSubstr("End."));
  EXPECT_EQ(help->find("\n\n\n"), std::string::npos) << *help;
}

TEST(Settings, Version) {
  Program program;
  EXPECT_EQ(*program.Read({"--version"}), "try 1.2\n");
}

TEST(Settings, AFileThatIsNotThereIsNamed) {
  Program program;
  const auto text = program.Read({"--config", "/nowhere.yaml"});
  EXPECT_TRUE(absl::IsNotFound(text.status()));
  EXPECT_THAT(std::string(text.status().message()), HasSubstr("/nowhere.yaml"));
}

TEST(Settings, AskedForHelpAFileIsNotRead) {
  Program program;
  EXPECT_TRUE(program.Read({"--config", "/nowhere.yaml", "--help"}).ok());
}

}  // namespace
}  // namespace fairlead
