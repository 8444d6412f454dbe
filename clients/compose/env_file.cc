#include "clients/compose/env_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr size_t kMostLines = 10'000;

bool IsName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-';
  });
}

char Unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

class EnvFileReader {
 public:
  EnvFileReader(const std::string& text, const std::string& file) : left_(text), file_(file) {}

  absl::StatusOr<std::vector<EnvironmentLine>> Read() {
    std::vector<EnvironmentLine> lines;
    for (int number = 1; !left_.empty(); number = line_) {
      absl::string_view begin = absl::StripLeadingAsciiWhitespace(FirstLine());
      if (begin.empty() || begin.front() == '#') {
        SkipLine();
        continue;
      }
      if (lines.size() >= kMostLines) {
        return WrongAt({file_, number}, absl::StrCat("there are more than ", kMostLines, " values"),
                       "divide the file");
      }
      absl::StatusOr<EnvironmentLine> line = Line();
      if (!line.ok()) return line.status();
      lines.push_back(*std::move(line));
    }
    return lines;
  }

 private:
  absl::string_view FirstLine() const { return left_.substr(0, left_.find('\n')); }

  void SkipLine() { Skip(FirstLine().size() + 1); }

  void Skip(size_t count) {
    const absl::string_view skipped = left_.substr(0, count);
    line_ += static_cast<int>(std::count(skipped.begin(), skipped.end(), '\n'));
    left_.remove_prefix(skipped.size());
  }

  absl::StatusOr<EnvironmentLine> Line() {
    const absl::string_view line = FirstLine();
    const size_t equals = line.find('=');
    absl::string_view name = absl::StripAsciiWhitespace(line.substr(0, equals));
    if (absl::ConsumePrefix(&name, "export ")) name = absl::StripAsciiWhitespace(name);
    EnvironmentLine result{std::string(name), std::nullopt, {file_, line_}};
    if (!IsName(name)) {
      return WrongAt(result.place, absl::StrCat("'", Quoted(name), "' is no name of a variable"),
                     "write NAME=VALUE, and '#' before a comment");
    }
    if (equals == absl::string_view::npos) {
      SkipLine();
      return result;
    }
    Skip(equals + 1);
    absl::string_view value = absl::StripLeadingAsciiWhitespace(FirstLine());
    if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
      Skip(FirstLine().size() - value.size());
      absl::StatusOr<std::string> quoted = QuotedValue(result.place);
      if (!quoted.ok()) return quoted.status();
      result.value = *std::move(quoted);
    } else {
      if (!value.empty() && value.front() == '#') value = "";
      result.value = std::string(absl::StripAsciiWhitespace(value.substr(0, value.find(" #"))));
    }
    SkipLine();
    return result;
  }

  // From its first quote on; what follows the last one is left.
  absl::StatusOr<std::string> QuotedValue(const SourcePlace& place) {
    const char quote = left_.front();
    std::string value;
    for (size_t i = 1; i < left_.size(); ++i) {
      if (left_[i] == quote) {
        Skip(i + 1);
        return value;
      }
      const bool escapes = quote == '"' && left_[i] == '\\' && i + 1 < left_.size();
      value.push_back(escapes ? Unescaped(left_[++i]) : left_[i]);
    }
    return WrongAt(place, "a quote is not closed", "end the value with the quote that begins it");
  }

  absl::string_view left_;
  const std::string& file_;
  int line_ = 1;
};

}  // namespace

absl::StatusOr<std::vector<EnvironmentLine>> ParseEnvFile(const std::string& text,
                                                          const std::string& file) {
  return EnvFileReader(text, file).Read();
}

}  // namespace fairlead
