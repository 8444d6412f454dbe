#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "test/fakes/docker_engine/unix_http_server.h"

namespace fairlead {

// A container to run in a FakeDockerEngine.
struct FakeContainer {
  std::string name = "web-1";
  std::string ip = "172.17.0.2";
  std::vector<std::string> environment;
  std::map<std::string, std::string> labels;
  std::string network = "bridge";
  std::string health;  // empty: it has no HEALTHCHECK
};

// A Docker Engine (API 1.41, as 20.10 speaks it) over real HTTP on a real Unix socket. It answers
// _ping, version, events, containers/json, containers/ID/json, images/ID/json and networks, and it
// can misbehave.
// Thread-safe.
//
//   FakeDockerEngine engine;
//   const std::string id = engine.Run({.name = "web-1"});  // create, network connect, start
//   engine.Kill(id, 15);
//   engine.Die(id);
class FakeDockerEngine {
 public:
  // In a new directory below /tmp; it listens at once.
  FakeDockerEngine();
  ~FakeDockerEngine();
  FakeDockerEngine(const FakeDockerEngine&) = delete;
  FakeDockerEngine& operator=(const FakeDockerEngine&) = delete;

  // For --docker-host.
  std::string url() const;

  // The newest version of the API that it speaks; 1.41 unless told.
  void SpeakApi(std::string version);

  // What it has. Without events: these happen unseen.
  void Put(const nlohmann::json& inspection);  // a container, as GET /containers/ID/json answers it
  void Take(const std::string& id);
  void Change(const std::string& id, absl::string_view pointer, const nlohmann::json& value);
  void SetNetworks(const nlohmann::json& networks);
  void SetImageEnvironment(std::vector<std::string> environment);  // all run the same image

  // What happens, with the events in Docker's order.
  std::string Run(const FakeContainer& container);  // the new container's id
  void Start(const std::string& id);                // again, with a new time of start
  void Kill(const std::string& id, int signal);     // the event only: the process may survive it
  void Die(const std::string& id);
  void Destroy(const std::string& id);
  void SetHealth(const std::string& id, absl::string_view health);
  void Rename(const std::string& id, absl::string_view name);

  // One line of the event stream, to whoever follows it.
  void Emit(absl::string_view line);

  // Misbehaviour.
  void CutEvents();  // ends the event streams
  void Stall();      // accepts, and answers nothing, until Resume
  void Resume();
  void Stop();   // the socket goes away, with every connection
  void Begin();  // it comes back, as another inode
  // Answers requests whose path contains `part` so, `times` times.
  void AnswerWith(std::string part, int status, std::string body, int times);

  // What it was asked, such as "GET /v1.41/containers/json?all=1", since the last call.
  std::vector<std::string> TakeRequests();

  // Waits until somebody follows the events. False: nobody did, in time.
  bool AwaitSubscription(absl::Duration timeout = absl::Seconds(10));

 private:
  struct Misbehaviour {
    std::string part;
    int status;
    std::string body;
    int times;
  };

  void Handle(const std::string& request, UnixHttpConnection& connection);
  void Follow(UnixHttpConnection& connection);
  std::pair<int, std::string> AnswerTo(const std::string& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string Head() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string List() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Happen(const std::string& id, absl::string_view action, const nlohmann::json& attributes);
  void ConnectEvent(const std::string& id, absl::string_view action);
  nlohmann::json Inspection(const std::string& id);

  const std::string path_;
  absl::Mutex mutex_;
  std::string api_ ABSL_GUARDED_BY(mutex_) = "1.41";
  std::map<std::string, nlohmann::json> containers_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> image_environment_ ABSL_GUARDED_BY(mutex_);
  nlohmann::json networks_ ABSL_GUARDED_BY(mutex_) = nlohmann::json::array();
  std::vector<Misbehaviour> misbehaviours_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
  std::set<UnixHttpConnection*> followers_ ABSL_GUARDED_BY(mutex_);
  bool stalled_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int created_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<UnixHttpServer> server_;
};

}  // namespace fairlead
