#include "test/bench/response.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace fairlead {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::optional<size_t> ParseSize(std::string_view text, int base) {
  size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Takes the next line, without its end, off the front of `text`; nothing if it is incomplete.
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const size_t end = text.find(kLineEnd);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + kLineEnd.size());
  return line;
}

struct Head {
  Response response;
  bool chunked = false;
  size_t content_length = 0;
};

Head ParseHead(std::string_view text) {
  Head head;
  const std::string_view first = TakeLine(text).value_or("");
  if (first.substr(0, 9) == "HTTP/1.1 ") {
    head.response.status = static_cast<int>(ParseSize(first.substr(9, 3), 10).value_or(0));
  }
  while (const std::optional<std::string_view> line = TakeLine(text)) {
    const size_t colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = Lower(line->substr(0, colon));
    std::string_view value = line->substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    if (name == "content-length") head.content_length = ParseSize(value, 10).value_or(0);
    if (name == "transfer-encoding") head.chunked = Lower(value) == "chunked";
    if (name == "connection") head.response.keep_alive = Lower(value) != "close";
    if (name == "x-served-by") head.response.served_by = std::string(value);
  }
  return head;
}

// Takes the whole chunked body off the front of `text`; nothing if it is incomplete. Trailers are
// not read.
std::optional<std::string> TakeChunks(std::string_view& text, int& status) {
  std::string body;
  while (const std::optional<std::string_view> line = TakeLine(text)) {
    const std::optional<size_t> size = ParseSize(line->substr(0, line->find(';')), 16);
    if (!size.has_value()) {
      status = 0;
      return body;
    }
    if (text.size() < *size + kLineEnd.size()) return std::nullopt;
    body.append(text.substr(0, *size));
    text.remove_prefix(*size + kLineEnd.size());
    if (*size == 0) return body;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Response> ParseResponse(std::string_view received) {
  const size_t head_end = received.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return std::nullopt;
  Head head = ParseHead(received.substr(0, head_end + kLineEnd.size()));
  std::string_view rest = received.substr(head_end + 4);
  Response& response = head.response;
  if (head.chunked) {
    std::optional<std::string> body = TakeChunks(rest, response.status);
    if (!body.has_value()) return std::nullopt;
    response.body = *std::move(body);
  } else {
    if (rest.size() < head.content_length) return std::nullopt;
    response.body = std::string(rest.substr(0, head.content_length));
    rest.remove_prefix(head.content_length);
  }
  response.bytes = received.size() - rest.size();
  return response;
}

}  // namespace fairlead
