#include "test/fakes/docker_engine/fake_docker_engine.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace fairlead {
namespace {

// Not below the test's temporary directory: a socket's path has at most 107 bytes.
std::string NewSocketPath() {
  std::string directory = "/tmp/fake-engine-XXXXXX";
  return absl::StrCat(mkdtemp(directory.data()), "/docker.sock");
}

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", time, absl::UTCTimeZone());
}

constexpr char kImageId[] = "sha256:00c0de";

nlohmann::json NewInspection(const std::string& id, const FakeContainer& container) {
  nlohmann::json health;
  if (!container.health.empty()) health = {{"Status", container.health}};
  return {
      {"Id", id},
      {"Name", absl::StrCat("/", container.name)},
      {"Image", kImageId},
      {"Created", Rfc3339(absl::Now())},
      {"State", {{"Status", "created"}, {"StartedAt", "0001-01-01T00:00:00Z"}, {"Health", health}}},
      {"HostConfig", {{"NetworkMode", container.network}}},
      {"Config",
       {{"Image", "web"},
        {"Env", container.environment},
        {"Labels", container.labels},
        {"ExposedPorts", {{"8000/tcp", nlohmann::json::object()}}}}},
      {"NetworkSettings",
       {{"Ports", {{"8000/tcp", nullptr}}},
        {"Networks",
         {{container.network,
           {{"NetworkID", absl::StrCat("net-", container.network)},
            {"IPAddress", container.ip},
            {"GlobalIPv6Address", ""}}}}}}}};
}

nlohmann::json Row(const nlohmann::json& inspection) {
  nlohmann::json ports = nlohmann::json::array();
  for (const auto& [key, bindings] : inspection["NetworkSettings"]["Ports"].items()) {
    ports.push_back({{"PrivatePort", std::atoi(key.c_str())}, {"Type", "tcp"}});
  }
  const std::string state = inspection["State"]["Status"];
  const nlohmann::json& health = inspection["State"].value("Health", nlohmann::json());
  std::string status = state == "running" ? "Up 3 seconds" : state;
  if (health.is_object()) absl::StrAppend(&status, " (", std::string(health["Status"]), ")");
  return {{"Id", inspection["Id"]},
          {"Names", {inspection["Name"]}},
          {"Labels", inspection["Config"]["Labels"]},
          {"Ports", ports},
          {"State", state},
          {"Status", status},
          {"NetworkSettings", {{"Networks", inspection["NetworkSettings"]["Networks"]}}}};
}

}  // namespace

FakeDockerEngine::FakeDockerEngine() : path_(NewSocketPath()) { Begin(); }

FakeDockerEngine::~FakeDockerEngine() {
  Stop();
  rmdir(path_.substr(0, path_.rfind('/')).c_str());
}

std::string FakeDockerEngine::url() const { return absl::StrCat("unix://", path_); }

void FakeDockerEngine::SpeakApi(std::string version) {
  absl::MutexLock lock(&mutex_);
  api_ = std::move(version);
}

std::string FakeDockerEngine::Head() const {
  return absl::StrCat("Api-Version: ", api_, "\r\nContent-Type: application/json\r\n");
}

void FakeDockerEngine::Begin() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = false;
  }
  server_ = std::make_unique<UnixHttpServer>(
      path_, [this](const std::string& request, UnixHttpConnection& connection) {
        Handle(request, connection);
      });
}

void FakeDockerEngine::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    followers_.clear();
  }
  server_.reset();
}

void FakeDockerEngine::Handle(const std::string& request, UnixHttpConnection& connection) {
  std::pair<int, std::string> answer;
  std::string head;
  {
    absl::MutexLock lock(&mutex_);
    requests_.push_back(request);
    const auto awake = [this]()
                           ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !stalled_ || stopping_; };
    mutex_.Await(absl::Condition(&awake));
    absl::string_view path = absl::StripPrefix(request, "GET ");
    absl::ConsumePrefix(&path, absl::StrCat("/v", api_));
    answer = AnswerTo(std::string(path));
    head = Head();
  }
  if (answer.first != 0) return connection.Answer(answer.first, head, answer.second);
  Follow(connection);
}

// Status 0: the event stream.
std::pair<int, std::string> FakeDockerEngine::AnswerTo(const std::string& path) {
  for (Misbehaviour& misbehaviour : misbehaviours_) {
    if (misbehaviour.times <= 0 || !absl::StrContains(path, misbehaviour.part)) continue;
    --misbehaviour.times;
    return {misbehaviour.status, misbehaviour.body};
  }
  if (path == "/_ping") return {200, "OK"};
  if (path == "/version")
    return {200, nlohmann::json{{"Version", "20.10.24+dfsg1"}, {"ApiVersion", api_}}.dump()};
  if (path == "/networks") return {200, networks_.dump()};
  if (path == "/containers/json?all=1") return {200, List()};
  if (absl::StartsWith(path, "/events")) return {0, ""};
  if (path == "/images/sha256%3A00c0de/json") {
    return {200, nlohmann::json{{"Config", {{"Env", image_environment_}}}}.dump()};
  }
  absl::string_view id = path;
  if (absl::ConsumePrefix(&id, "/containers/") && absl::ConsumeSuffix(&id, "/json")) {
    const auto found = containers_.find(std::string(id));
    if (found != containers_.end()) return {200, found->second.dump()};
    return {404, absl::StrCat(R"({"message":"No such container: )", id, R"("})")};
  }
  return {403, R"({"message":"the agent must not ask for this"})"};
}

std::string FakeDockerEngine::List() const {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& [id, inspection] : containers_) rows.push_back(Row(inspection));
  return rows.dump();
}

void FakeDockerEngine::Follow(UnixHttpConnection& connection) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return;
  connection.BeginStream(Head());
  followers_.insert(&connection);
  const auto cut = [this, &connection]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !followers_.contains(&connection);
  };
  mutex_.Await(absl::Condition(&cut));
  connection.Cut();
}

void FakeDockerEngine::CutEvents() {
  absl::MutexLock lock(&mutex_);
  followers_.clear();
}

void FakeDockerEngine::Stall() {
  absl::MutexLock lock(&mutex_);
  stalled_ = true;
}

void FakeDockerEngine::Resume() {
  absl::MutexLock lock(&mutex_);
  stalled_ = false;
}

void FakeDockerEngine::AnswerWith(std::string part, int status, std::string body, int times) {
  absl::MutexLock lock(&mutex_);
  misbehaviours_.push_back({std::move(part), status, std::move(body), times});
}

std::vector<std::string> FakeDockerEngine::TakeRequests() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(requests_, {});
}

bool FakeDockerEngine::AwaitSubscription(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto followed = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !followers_.empty(); };
  return mutex_.AwaitWithTimeout(absl::Condition(&followed), timeout);
}

void FakeDockerEngine::Put(const nlohmann::json& inspection) {
  absl::MutexLock lock(&mutex_);
  containers_[inspection["Id"]] = inspection;
}

void FakeDockerEngine::Take(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  containers_.erase(id);
}

void FakeDockerEngine::Change(const std::string& id, absl::string_view pointer,
                              const nlohmann::json& value) {
  absl::MutexLock lock(&mutex_);
  containers_.at(id)[nlohmann::json::json_pointer(std::string(pointer))] = value;
}

void FakeDockerEngine::SetNetworks(const nlohmann::json& networks) {
  absl::MutexLock lock(&mutex_);
  networks_ = networks;
}

void FakeDockerEngine::SetImageEnvironment(std::vector<std::string> environment) {
  absl::MutexLock lock(&mutex_);
  image_environment_ = std::move(environment);
}

void FakeDockerEngine::Emit(absl::string_view line) {
  absl::MutexLock lock(&mutex_);
  const std::string piece = absl::StrCat(line, "\n");
  for (UnixHttpConnection* follower : followers_) follower->WritePiece(piece);
}

nlohmann::json FakeDockerEngine::Inspection(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  return containers_.at(id);
}

void FakeDockerEngine::Happen(const std::string& id, absl::string_view action,
                              const nlohmann::json& attributes) {
  const nlohmann::json event = {{"Type", "container"},
                                {"Action", std::string(action)},
                                {"Actor", {{"ID", id}, {"Attributes", attributes}}},
                                {"timeNano", absl::ToUnixNanos(absl::Now())}};
  Emit(event.dump());
}

void FakeDockerEngine::ConnectEvent(const std::string& id, absl::string_view action) {
  const nlohmann::json inspection = Inspection(id);
  for (const auto& [name, network] : inspection["NetworkSettings"]["Networks"].items()) {
    const nlohmann::json event = {
        {"Type", "network"},
        {"Action", std::string(action)},
        {"Actor",
         {{"ID", network["NetworkID"]},
          {"Attributes", {{"container", id}, {"name", name}, {"type", "bridge"}}}}},
        {"timeNano", absl::ToUnixNanos(absl::Now())}};
    Emit(event.dump());
  }
}

std::string FakeDockerEngine::Run(const FakeContainer& container) {
  std::string id;
  {
    absl::MutexLock lock(&mutex_);
    id = absl::StrFormat("%064x", 0xc0de0000 + ++created_);
    containers_[id] = NewInspection(id, container);
  }
  Happen(id, "create", {{"name", container.name}});
  Start(id);
  return id;
}

void FakeDockerEngine::Start(const std::string& id) {
  ConnectEvent(id, "connect");
  Change(id, "/State/StartedAt", Rfc3339(absl::Now()));
  Change(id, "/State/Status", "running");
  Happen(id, "start", nlohmann::json::object());
}

void FakeDockerEngine::Kill(const std::string& id, int signal) {
  Happen(id, "kill", {{"signal", absl::StrCat(signal)}});
}

void FakeDockerEngine::Die(const std::string& id) {
  Change(id, "/State/Status", "exited");
  Happen(id, "die", {{"exitCode", "0"}});
  ConnectEvent(id, "disconnect");
  Happen(id, "stop", nlohmann::json::object());
}

void FakeDockerEngine::Destroy(const std::string& id) {
  Take(id);
  Happen(id, "destroy", nlohmann::json::object());
}

void FakeDockerEngine::SetHealth(const std::string& id, absl::string_view health) {
  Change(id, "/State/Health", {{"Status", std::string(health)}});
  Happen(id, absl::StrCat("health_status: ", health), nlohmann::json::object());
}

void FakeDockerEngine::Rename(const std::string& id, absl::string_view name) {
  Change(id, "/Name", absl::StrCat("/", name));
  Happen(id, "rename", {{"name", std::string(name)}});
}

}  // namespace fairlead
