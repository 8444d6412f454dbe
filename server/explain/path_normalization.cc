#include "server/explain/path_normalization.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace fairlead {
namespace {

absl::string_view QueryOf(absl::string_view path) {
  const size_t mark = path.find('?');
  return mark == absl::string_view::npos ? absl::string_view() : path.substr(mark);
}

absl::string_view WithoutQuery(absl::string_view path) { return path.substr(0, path.find('?')); }

// RFC 3986, section 2.3.
bool NeedsNoEscape(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-._~", c);
}

bool NeedsEscape(char c) {
  return !absl::ascii_isgraph(static_cast<unsigned char>(c)) || absl::StrContains("\"#<>^`{|}", c);
}

bool IsEscape(absl::string_view text) {
  return text.size() >= 3 && text[0] == '%' &&
         absl::ascii_isxdigit(static_cast<unsigned char>(text[1])) &&
         absl::ascii_isxdigit(static_cast<unsigned char>(text[2]));
}

std::string Escaped(char c) {
  return absl::StrCat("%", absl::AsciiStrToUpper(absl::BytesToHexString(absl::string_view(&c, 1))));
}

// A segment, without dots of any meaning. False: it has an escaped NUL.
bool AppendSegment(absl::string_view segment, std::string& out) {
  while (!segment.empty()) {
    size_t taken = 1;
    if (IsEscape(segment)) {
      taken = 3;
      const char c = absl::HexStringToBytes(segment.substr(1, 2))[0];
      if (c == '\0') return false;
      absl::StrAppend(&out, NeedsNoEscape(c) ? absl::string_view(&c, 1) : segment.substr(0, 3));
    } else if (NeedsEscape(segment[0])) {
      absl::StrAppend(&out, Escaped(segment[0]));
    } else {
      out.push_back(segment[0]);
    }
    segment.remove_prefix(taken);
  }
  return true;
}

// "/..;v=1/a" as "/../a": dots that are not escaped lose their parameters first.
std::string WithoutParametersOfDots(absl::string_view path) {
  return absl::StrJoin(absl::StrSplit(path, '/'), "/",
                       [](std::string* out, absl::string_view part) {
                         const absl::string_view name = part.substr(0, part.find(';'));
                         absl::StrAppend(out, name == "." || name == ".." ? name : part);
                       });
}

// How many dots the segment is, escaped or not; 0: it is something else, or more of them.
int DotsOf(absl::string_view segment) {
  int dots = 0;
  while (!segment.empty()) {
    const size_t taken =
        segment[0] == '.' ? 1 : (absl::StartsWithIgnoreCase(segment, "%2e") ? 3 : 0);
    if (taken == 0 || ++dots > 2) return 0;
    segment.remove_prefix(taken);
  }
  return dots;
}

}  // namespace

absl::optional<std::string> NormalizedPath(absl::string_view path) {
  const absl::string_view query = QueryOf(path);
  const std::string alone = WithoutParametersOfDots(WithoutQuery(path));
  absl::string_view rest = alone;
  // It begins with a slash, and up to here each one in it ends a directory.
  std::string out = "/";
  if (!rest.empty()) rest.remove_prefix(1);
  while (true) {
    const size_t end = rest.find_first_of("/\\");
    const absl::string_view segment = rest.substr(0, end);
    const int dots = DotsOf(segment);
    if (dots == 2 && out.size() > 1) out.resize(out.rfind('/', out.size() - 2) + 1);
    if (dots == 0) {
      if (!AppendSegment(segment, out)) return absl::nullopt;
      if (end != absl::string_view::npos) out.push_back('/');
    }
    if (end == absl::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return absl::StrCat(out, query);
}

std::string WithMergedSlashes(absl::string_view path) {
  const absl::string_view alone = WithoutQuery(path);
  if (!absl::StrContains(alone, "//")) return std::string(path);
  return absl::StrCat("/", absl::StrJoin(absl::StrSplit(alone, '/', absl::SkipEmpty()), "/"),
                      absl::EndsWith(alone, "/") ? "/" : "", QueryOf(path));
}

bool HasEscapedSlash(absl::string_view path) {
  const std::string alone = absl::AsciiStrToLower(WithoutQuery(path));
  return absl::StrContains(alone, "%2f") || absl::StrContains(alone, "%5c");
}

}  // namespace fairlead
