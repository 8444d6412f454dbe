#include "server/certificates/certificate_watcher.h"

#include <pthread.h>

#include <utility>

namespace fairlead {
namespace {

// Links may lead on while they are looked at; whoever goes on changing them is seen the next time.
constexpr int kMostLooksAtOnce = 8;

}  // namespace

CertificateWatcher::CertificateWatcher(Options options, OnDirectory on_directory)
    : on_directory_(std::move(on_directory)),
      reader_(options.directory),
      events_("certificates", options.look_every) {}

CertificateWatcher::~CertificateWatcher() {
  if (!thread_.joinable()) return;
  events_.End();
  thread_.join();
}

void CertificateWatcher::Start() {
  Look();
  thread_ = std::thread([this] { Run(); });
}

void CertificateWatcher::Look() {
  // What happens between a look and the watch that it asks for tells nobody: look again.
  CertificateDirectory directory = reader_.Look();
  for (int i = 1; events_.Watch(reader_.Watched()) && i < kMostLooksAtOnce; ++i) {
    directory = reader_.Look();
  }
  if (has_looked_ && directory == last_) return;
  has_looked_ = true;
  last_ = directory;
  on_directory_(std::move(directory));
}

void CertificateWatcher::Run() {
  pthread_setname_np(pthread_self(), "certificates");
  while (events_.Await()) Look();
}

}  // namespace fairlead
