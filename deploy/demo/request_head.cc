#include "deploy/demo/request_head.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <system_error>

namespace demo {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Takes the next line, without its CR LF, off the front of `text`.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  return line;
}

void ReadHeader(std::string_view line, Request& request) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = Lower(line.substr(0, colon));
  const std::string_view value = Trimmed(line.substr(colon + 1));
  if (name == "content-length") {
    const std::optional<int> bytes = ParseNumber(value, kMaxBodyBytes);
    request.body_bytes = bytes.value_or(0);
    request.has_unknown_length |= !bytes.has_value();
  } else if (name == "transfer-encoding") {
    request.has_unknown_length = true;
  } else if (name == "connection") {
    request.keep_alive = Lower(value) != "close";
  } else if (name == "upgrade") {
    request.upgrade = Lower(value) == "websocket";
  } else if (name == "x-receipt") {
    request.id = std::string(value);
  }
}

}  // namespace

std::optional<int> ParseNumber(std::string_view text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < 0 || value > max) return std::nullopt;
  return value;
}

std::optional<Request> ParseHead(std::string_view head) {
  const std::string_view whole = head;
  const std::string_view line = TakeLine(head);
  const size_t after_method = line.find(' ');
  const size_t after_target = line.rfind(' ');
  if (after_method == std::string_view::npos || after_target <= after_method) return std::nullopt;
  Request request;
  request.method = std::string(line.substr(0, after_method));
  const std::string_view target = line.substr(after_method + 1, after_target - after_method - 1);
  const size_t mark = target.find('?');
  request.path = std::string(target.substr(0, mark));
  if (mark != std::string_view::npos) request.query = std::string(target.substr(mark + 1));
  if (request.path == "/headers") request.head = std::string(whole);
  request.keep_alive = line.substr(after_target + 1) == "HTTP/1.1";
  while (!head.empty()) ReadHeader(TakeLine(head), request);
  return request;
}

}  // namespace demo
