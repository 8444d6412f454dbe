#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/admin/certificate_admin.h"
#include "server/admin/explain_admin.h"
#include "server/admin/inspection.h"
#include "server/admin/resource_admin.h"
#include "server/admin/watches.h"
#include "server/base/clock.h"
#include "server/base/directory_watcher.h"
#include "server/base/heap_trimmer.h"
#include "server/base/strand.h"
#include "server/certificates/certificate_directory.h"
#include "server/explain/container_explained.h"
#include "server/explain/request_explained.h"
#include "server/load/load_board.h"
#include "server/passwords/password_directory.h"
#include "server/passwords/password_guard.h"
#include "server/pipeline.h"
#include "server/problems/problem_board.h"
#include "server/reports/report_service.h"
#include "server/store/store.h"
#include "server/subscriptions/xds_service.h"
#include "server/view_registry.h"

namespace fairlead {

// The pipeline on its strand, between the streams of agents on one side and those of proxies on the
// other, with windows for those who look in.
//
// Threads: all public members from any thread, but for the order at start and end: constructor,
// Restore, Start, ..., Stop. After Stop nothing is called any more.
class ControlPlane final : public ReportSink,
                           public StreamObserver,
                           public Inspection,
                           public ResourceAdmin,
                           public CertificateAdmin,
                           public ExplainAdmin {
 public:
  struct Options {
    Pipeline::Options pipeline;
    // A server that knows nothing, new or with its data lost, answers no proxy before agents had
    // time to report: until no host has newly reported for `warm_up_quiet`, and not longer than
    // `warm_up`. Else proxies that have routes would be told that there are none.
    absl::Duration warm_up = absl::Seconds(10);
    absl::Duration warm_up_quiet = absl::Seconds(2);
    // Where certificates are, by nginx-proxy's naming; empty: nowhere.
    std::string certificates_dir;
    // Where password files are, by nginx-proxy's naming; empty: nobody is asked for one.
    std::string htpasswd_dir;
  };

  // The references must outlive this; `xds` is set by Start. `loads`: what proxies report of their
  // requests, to be shown. `guard` is told of password files.
  ControlPlane(Options options, Store& store, Watches& watches, const LoadBoard& loads,
               PasswordGuard& guard);
  ~ControlPlane() override;

  // What an earlier run stored, and the certificates and passwords that are there. If there is
  // anything stored, proxies are answered from it at once. The error: it is not known which hosts
  // ask for passwords.
  absl::Status Restore(const StoredState& state);

  // From now on streams are served.
  void Start(XdsService& xds);
  // No more ticks, and nothing more for `xds`.
  void Stop();

  // ReportSink
  void OnMessage(SessionId session, std::string peer, v1::ReportRequest message,
                 std::shared_ptr<ReportReply> reply) override;
  void OnEnd(SessionId session) override;

  // StreamObserver
  void OnStream(StreamId stream, const ProxyIdentity& proxy) override;
  void OnStreamEnd(StreamId stream, const ProxyIdentity& proxy) override;
  void OnAnswer(StreamId stream, const ProxyIdentity& proxy, Type type,
                const std::string& error) override;
  void OnWithheld(StreamId stream, const ProxyIdentity& proxy, Type type,
                  const std::vector<RefusedResource>& refused) override;

  // Inspection
  void Hosts(v1::ListHostsResponse& response) override;
  void Services(const std::string& name, v1::ListServicesResponse& response) override;
  void Endpoints(const std::string& name, v1::ListEndpointsResponse& response) override;
  void Proxies(v1::ListProxiesResponse& response) override;
  void Problems(v1::ListProblemsResponse& response) override;

  // ResourceAdmin
  absl::Status PutResources(const v1::PutResourcesRequest& request,
                            v1::PutResourcesResponse& response) override;
  absl::Status DeleteResources(const v1::DeleteResourcesRequest& request,
                               v1::DeleteResourcesResponse& response) override;
  absl::Status ListResources(const v1::ListResourcesRequest& request,
                             v1::ListResourcesResponse& response) override;
  absl::Status GetProxyConfig(const v1::GetProxyConfigRequest& request,
                              v1::GetProxyConfigResponse& response) override;

  // CertificateAdmin
  absl::Status PutCertificate(const v1::PutCertificateRequest& request,
                              v1::PutCertificateResponse& response) override;
  absl::Status DeleteCertificate(const v1::DeleteCertificateRequest& request,
                                 v1::DeleteCertificateResponse& response) override;
  void ListCertificates(v1::ListCertificatesResponse& response) override;

  // ExplainAdmin
  absl::Status Explain(const v1::ExplainRequest& request, v1::ExplainResponse& response) override;

 private:
  struct Waiting {
    StreamId stream;
    ProxyIdentity proxy;
  };
  struct Attached {
    ProxyIdentity proxy;
    View view;  // where it stands, with what its static resources make of it
  };

  Moment Now() const;
  void Tick();
  void WatchCertificates();
  absl::Status WatchPasswords();
  // Runs on the strand and returns; for those who look in.
  void Look(absl::FunctionRef<void()> look);
  // The stream is sent the snapshot of its view.
  void Admit(StreamId stream, const ProxyIdentity& proxy);
  View PlaceOf(const ProxyIdentity& proxy);
  // Proxies that stand in a container's networks follow them.
  void FollowNetworks(const FactChanges& changes);
  // The stream's view is `view` from now on. False: there are too many views.
  bool Enter(StreamId stream, const ProxyIdentity& proxy, const View& view);
  // What proxies that are gone for good have changed.
  void SettleViews();
  // What was saved is durable afterwards; if it is not, `problems` says so.
  void AwaitStored(google::protobuf::RepeatedPtrField<v1::Problem>& problems);
  // After a node's first static resources came or its last ones went: whose view is another now is
  // moved, and who needs not wait for agents any more is admitted. Where there is no room for a
  // view the stream stays where it stood, which is a problem; it is tried again with each tick.
  void MoveStreams();
  absl::Status ExplainContainerNamed(const std::string& name, v1::ContainerExplained& explained);
  // What the stages know of the one container that `name` fits, but for what proxies have.
  absl::StatusOr<ContainerGround> GroundFor(const std::string& name);
  // On the strand.
  void FillFromStages(const RoutingRequest& request, ContainerGround& ground);
  absl::Status ExplainRequested(const v1::RequestToExplain& request,
                                v1::RequestExplained& explained);
  // By what is sent to the proxies that `request` names. NOT_FOUND: there are none.
  absl::StatusOr<RequestGround> GroundFor(const v1::RequestToExplain& request);

  // What changed of static resources is moved and sent to whom it concerns.
  void Spread(const StaticResources::Changed& changed, const GivenVersion& given);
  void NoteForWarmUp(const v1::ReportRequest& message);
  void EndWarmUpIfDue();

  const Options options_;
  Store& store_;
  Watches& watches_;
  const LoadBoard& loads_;
  XdsService* xds_ = nullptr;  // null before Start and after Stop

  // Everything below belongs to the strand.
  ProblemBoard problems_;
  Pipeline pipeline_;
  ViewRegistry views_;
  bool warming_up_ = true;
  absl::Duration warm_up_ends_ = absl::ZeroDuration();
  absl::Duration warm_up_deadline_ = absl::ZeroDuration();
  std::vector<Waiting> waiting_;
  absl::flat_hash_map<StreamId, Attached> attached_;
  // Containers whose networks proxies stand in, and how many streams say so.
  absl::flat_hash_map<std::string, int> followed_;
  // Node ids of streams that MoveStreams could not move.
  std::set<std::string> without_room_;
  HeapTrimmer heap_;
  // Behind the others, so that it ends before them: its tasks use them.
  Strand strand_{"control"};
  // They post to the strand until they end.
  std::optional<DirectoryWatcher<CertificateDirectoryReader>> certificate_watcher_;
  std::optional<DirectoryWatcher<PasswordDirectoryReader>> password_watcher_;
};

}  // namespace fairlead
