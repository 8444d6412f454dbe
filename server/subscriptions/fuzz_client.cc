#include "server/subscriptions/fuzz_client.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/snapshot/wire.h"
#include "server/subscriptions/field_reader.h"

namespace fairlead {
namespace {

// Fields of requests and responses; see xds_request.cc and stream_state.cc.
constexpr int kNames[] = {3, 3};  // state of the world, delta
constexpr int kTypeUrls[] = {4, 2};
constexpr int kNonces[] = {5, 6};
constexpr int kErrors[] = {6, 7};
constexpr int kUnsubscribe = 4;
constexpr int kInitialVersions = 5;
constexpr int kResources = 2;
constexpr int kResponseType = 4;
constexpr int kResponseNonce = 5;
constexpr int kRemoved = 6;
constexpr int kAnyValue = 2;
constexpr int kResourceAny = 2;
constexpr int kResourceName = 3;

constexpr int kMostResponsesToCatchUp = 200;

void Require(bool holds) {
  if (!holds) std::abort();
}

absl::string_view FieldOf(absl::string_view message, uint32_t number) {
  absl::string_view value;
  FieldReader reader(message);
  while (reader.Next()) {
    if (reader.number() == number) value = reader.value();
  }
  Require(reader.ok());
  return value;
}

absl::optional<Type> TypeNamedBy(absl::string_view word) {
  for (const Type type : kTypes) {
    if (word == ShortName(type)) return type;
  }
  return absl::nullopt;
}

// Content has its name within it, as real resources do; a line's end is in no name.
std::string ContentOf(const std::string& name, absl::string_view text) {
  return absl::StrCat(name, "\n", text);
}

}  // namespace

FuzzClient::FuzzClient(absl::string_view first_line) {
  const Words words = absl::StrSplit(first_line, ' ', absl::SkipEmpty());
  StreamState::Options options;
  if (!words.empty() && words[0] == "delta") variant_ = Variant::kDelta;
  if (words.size() > 1) options.only = TypeNamedBy(words[1]);
  options.variant = variant_;
  options.identifier = "fuzz";
  options.most_names = 100;
  stream_ = std::make_unique<StreamState>(options, views_[in_]);
}

void FuzzClient::Step(absl::string_view line) {
  const Words words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.empty() || broken_) return;
  for (const Type type : kTypes) {
    if (words.size() > 1 && words[1] == ShortName(type)) {
      StepOf(type, words[0], Words(words.begin() + 2, words.end()));
      return;
    }
  }
  Publish();
  int seconds = 0;
  if (words[0] == "raw") {
    std::string bytes;
    if (!absl::CUnescape(absl::ClippedSubstr(line, 4), &bytes)) return;
    foretold_ = true;
    Send(bytes);
  } else if (words[0] == "ack" || words[0] == "nack") {
    if (!received_.empty()) {
      Answer(received_.back().first, received_.back().second, words[0] == "nack");
    }
  } else if (words[0] == "stale") {
    if (!received_.empty()) Answer(received_.back().first, "never sent", /*refused=*/false);
  } else if (words[0] == "next") {
    Next();
  } else if (words[0] == "move") {
    in_ = 1 - in_;
    stream_->MoveTo(views_[in_]);
  } else if (words[0] == "pass" && words.size() == 2 && absl::SimpleAtoi(words[1], &seconds)) {
    now_ += absl::Seconds(std::max(0, std::min(seconds, 10)));
  }
}

void FuzzClient::StepOf(Type type, const std::string& step, const Words& words) {
  if (step == "put" && words.size() == 2) {
    const std::string& name = words[0];
    changes_.push_back({type, name, Resource::FromBytes(type, name, ContentOf(name, words[1]))});
    return;
  }
  if (step == "remove" && words.size() == 1) {
    changes_.push_back({type, words[0], nullptr});
    return;
  }
  Publish();
  if (step == "want") {
    Ask(type, words);
  } else if (step == "drop") {
    Ask(type, {}, words);
  } else if (step == "have" && words.size() == 2) {
    Ask(type, {words[0]}, {}, words);
  }
}

void FuzzClient::Send(const std::string& message) {
  absl::StatusOr<XdsRequest> request =
      variant_ == Variant::kDelta ? ParseDeltaRequest(message) : ParseSotwRequest(message);
  // A stream that begins without a node is over at once.
  if (!std::exchange(begun_, true) && request.ok() && !request->node.has_value()) {
    request->node.emplace();
  }
  broken_ = broken_ || !request.ok() || !stream_->OnRequest(*request, now_, {}).ok();
  if (broken_) return;
  if (const absl::optional<Type> type = TypeOf(request->type_url)) {
    Words& names = wanted_[*type];
    names.clear();
    request->names.ForEach([&](absl::string_view name) { names.emplace_back(name); });
  }
}

void FuzzClient::Ask(Type type, const Words& names, const Words& unsubscribe,
                     const Words& initial_version) {
  const size_t delta = variant_ == Variant::kDelta ? 1 : 0;
  std::string message;
  for (const std::string& name : names) wire::AppendField(message, kNames[delta], name);
  wire::AppendField(message, kTypeUrls[delta], TypeUrl(type));
  if (delta == 1) {
    for (const std::string& name : unsubscribe) wire::AppendField(message, kUnsubscribe, name);
  }
  if (delta == 1 && initial_version.size() == 2) {
    foretold_ = true;
    const Resource* const now = view().snapshot().Find(type, initial_version[0]);
    const bool current = initial_version[1] == "current" && now != nullptr;
    std::string entry;
    wire::AppendField(entry, 1, initial_version[0]);
    wire::AppendField(entry, 2, current ? now->version().ToString() : initial_version[1]);
    wire::AppendField(message, kInitialVersions, entry);
  }
  Send(message);
}

void FuzzClient::Answer(Type type, const std::string& nonce, bool refused) {
  const size_t delta = variant_ == Variant::kDelta ? 1 : 0;
  std::string message;
  if (delta == 0) {
    for (const std::string& name : wanted_[type]) wire::AppendField(message, kNames[delta], name);
  }
  wire::AppendField(message, kTypeUrls[delta], TypeUrl(type));
  wire::AppendField(message, kNonces[delta], nonce);
  if (refused) wire::AppendField(message, kErrors[delta], "");
  Send(message);
}

void FuzzClient::Publish() {
  if (changes_.empty()) return;
  // As the server does it: a name once, and only what differs.
  const std::shared_ptr<const Snapshot> after = view().snapshot().With(changes_);
  const std::vector<ResourceChange> changes = Difference(view().snapshot(), *after);
  changes_.clear();
  view().Publish(after, changes, [](Subscription&) {});
}

bool FuzzClient::Next() {
  const absl::optional<XdsResponse> response = stream_->Next(now_, {});
  if (!response.has_value()) return false;
  std::string bytes;
  for (const grpc::Slice& slice : response->slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  Take(*response, bytes);
  return true;
}

void FuzzClient::Take(const XdsResponse& response, absl::string_view bytes) {
  received_.emplace_back(response.type, response.nonce);
  Require(response.nonce == absl::StrCat(received_.size()));
  Require(FieldOf(bytes, kResponseNonce) == response.nonce);
  Require(FieldOf(bytes, kResponseType) == TypeUrl(response.type));
  const bool delta = variant_ == Variant::kDelta;
  if (!delta && IsFullState(response.type)) has_[response.type].clear();
  std::set<std::string> names;
  size_t resources = 0;
  FieldReader reader(bytes);
  while (reader.Next()) {
    if (reader.number() == kResources) {
      ++resources;
      Has(response.type, reader.value(), names);
    } else if (delta && reader.number() == kRemoved) {
      Require(names.insert(std::string(reader.value())).second);
      has_[response.type].erase(std::string(reader.value()));
    }
  }
  Require(resources == response.resources && names.size() == resources + response.removed);
}

void FuzzClient::Has(Type type, absl::string_view resource, std::set<std::string>& names) {
  const bool delta = variant_ == Variant::kDelta;
  const absl::string_view any = delta ? FieldOf(resource, kResourceAny) : resource;
  const std::string content(FieldOf(any, kAnyValue));
  const std::string name = content.substr(0, content.find('\n'));
  Require(!delta || FieldOf(resource, kResourceName) == name);
  Require(names.insert(name).second);
  has_[type][name] = content;
}

void FuzzClient::Finish() {
  Publish();
  // Once more for those that have an answer: that is none.
  const auto received = received_;
  for (const auto& [type, nonce] : received) {
    if (!broken_) Answer(type, nonce, /*refused=*/false);
  }
  int responses = 0;
  while (!broken_) {
    if (Next()) {
      Require(++responses <= kMostResponsesToCatchUp);
      Answer(received_.back().first, received_.back().second, /*refused=*/false);
    } else if (stream_->WakeAt() < absl::InfiniteDuration()) {
      Require(stream_->WakeAt() > now_);
      now_ = stream_->WakeAt();
    } else {
      break;
    }
  }
  if (!broken_ && !foretold_) CheckHeld();
}

void FuzzClient::CheckHeld() const {
  for (const Type type : kTypes) {
    const Subscription* const subscription = stream_->subscription(type);
    if (subscription == nullptr) continue;
    const auto has = has_.find(type);
    const Withheld* const withheld = subscription->withheld();
    // Everything was answered, so that it is known what is to blame for each NACK.
    Require(withheld == nullptr || !withheld->is_searching());
    subscription->ForEachHeld([&](const HeldResource& held) {
      const std::string& name = held.resource->name();
      if (withheld != nullptr && withheld->IsCulprit(name)) {
        // It may have what it took before, or nothing.
        Require(held.state == HeldResource::State::kNacked);
        return;
      }
      Require(views_[in_]->snapshot().Find(type, name) == held.resource);
      Require(has != has_.end() && has->second.count(name) == 1);
      Require(has->second.at(name) == held.resource->body());
    });
  }
}

}  // namespace fairlead
