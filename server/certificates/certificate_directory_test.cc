#include "server/certificates/certificate_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/base/directory_watcher.h"
#include "server/base/link_directories.h"

namespace fairlead {
namespace {

using testing::UnorderedElementsAre;

// Far beyond any test: what is found, an event has told.
constexpr absl::Duration kNever = absl::Hours(1);
constexpr absl::Duration kPatience = absl::Seconds(20);

// A directory of files for one test, and what a watcher says of it.
class WatchedWorld {
 public:
  WatchedWorld() {
    std::string path = absl::StrCat(testing::TempDir(), "/certificates-XXXXXX");
    top_ = std::filesystem::canonical(mkdtemp(path.data()));
  }
  ~WatchedWorld() { std::filesystem::remove_all(top_); }

  std::string Path(const std::string& name) const { return absl::StrCat(top_, "/", name); }
  void MakeDirectory(const std::string& name) const {
    std::filesystem::create_directories(Path(name));
  }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name)) << content;
  }
  void Link(const std::string& to, const std::string& name) const {
    std::filesystem::create_symlink(to, Path(name));
  }
  void Rename(const std::string& from, const std::string& to) const {
    ASSERT_EQ(rename(Path(from).c_str(), Path(to).c_str()), 0);
  }

  void Watch(const std::string& directory, absl::Duration look_every = kNever) {
    watcher_.emplace(Watcher::Options{Path(directory), "certificates", look_every},
                     [this](CertificateDirectory found) {
                       absl::MutexLock lock(&mutex_);
                       last_ = std::move(found);
                       ++calls_;
                     });
    watcher_->Start().IgnoreError();
  }

  // Whether the certificate file of `name` has that content before patience ends.
  bool Await(const std::string& name, const std::string& content) {
    return Await([&](const CertificateDirectory& found) {
      const auto files = found.certificates.find(name);
      return files != found.certificates.end() && files->second->certificate.content == content;
    });
  }
  bool Await(std::function<bool(const CertificateDirectory&)> is_so) {
    absl::MutexLock lock(&mutex_);
    const auto condition = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return is_so(last_); };
    return mutex_.AwaitWithTimeout(absl::Condition(&condition), kPatience);
  }
  CertificateDirectory last() {
    absl::MutexLock lock(&mutex_);
    return last_;
  }
  int calls() {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }

 private:
  using Watcher = DirectoryWatcher<CertificateDirectoryReader>;

  std::string top_;
  absl::Mutex mutex_;
  CertificateDirectory last_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Watcher> watcher_;
};

TEST(CertificateDirectory, KnowsWhatIsThereWhenItHasStarted) {
  WatchedWorld world;
  world.MakeDirectory("certs");
  world.Write("certs/shop.example.crt", "C");
  world.Write("certs/shop.example.key", "K");
  world.Write("certs/shop.example.chain.pem", "H");
  world.Write("certs/shop.example.ca.crt", "A");
  world.Write("certs/shop.example.crl.pem", "R");
  world.Write("certs/Default.crt", "D");
  world.Write("certs/ca.crt", "FA");
  world.Write("certs/ca.crl.pem", "FR");
  world.Write("certs/shop.example.dhparam.pem", "ignored");
  world.Write("certs/.hidden.crt", "ignored");
  world.Write("certs/readme.txt", "ignored");
  world.Watch("certs");
  const CertificateDirectory found = world.last();
  ASSERT_TRUE(found.status.ok());
  ASSERT_EQ(found.certificates.size(), 2u);
  const CertificateFiles& shop = *found.certificates.at("shop.example");
  EXPECT_EQ(shop.base, world.Path("certs/shop.example"));
  EXPECT_EQ(shop.certificate.content, "C");
  EXPECT_EQ(shop.key.content, "K");
  EXPECT_EQ(shop.chain.content, "H");
  EXPECT_EQ(shop.authorities.content, "A");
  EXPECT_EQ(shop.revocations.content, "R");
  EXPECT_EQ(found.certificates.at("default")->certificate.content, "D");
  ASSERT_NE(found.for_all, nullptr);
  EXPECT_EQ(found.for_all->authorities.content, "FA");
  EXPECT_EQ(found.for_all->revocations.content, "FR");
}

TEST(CertificateDirectory, SeesFilesThatAreWrittenInPlaceAndThoseThatAreRenamedOver) {
  WatchedWorld world;
  world.MakeDirectory("certs");
  world.Write("certs/a.crt", "1");
  world.Write("certs/b.crt", "B");
  world.Watch("certs");
  const auto b = world.last().certificates.at("b");
  world.Write("certs/a.crt", "2");
  EXPECT_TRUE(world.Await("a", "2"));
  world.Write("certs/a.crt.new", "3");
  world.Rename("certs/a.crt.new", "certs/a.crt");
  EXPECT_TRUE(world.Await("a", "3"));
  // The other one is the same value, not just an equal one.
  EXPECT_EQ(world.last().certificates.at("b"), b);
  std::filesystem::remove(world.Path("certs/a.crt"));
  EXPECT_TRUE(world.Await(
      [](const CertificateDirectory& found) { return found.certificates.count("a") == 0; }));
}

TEST(CertificateDirectory, SeesALinkThatLeadsElsewhereAndWhatIsWrittenAtItsEnd) {
  WatchedWorld world;
  // As certbot does: live/NAME/fullchain.pem leads to archive/NAME/fullchainN.pem.
  world.MakeDirectory("certs");
  world.MakeDirectory("live/a");
  world.MakeDirectory("archive/a");
  world.Write("archive/a/fullchain1.pem", "1");
  world.Write("archive/a/fullchain2.pem", "2");
  world.Link("../../archive/a/fullchain1.pem", "live/a/fullchain.pem");
  world.Link(world.Path("live/a/fullchain.pem"), "certs/a.crt");
  world.Watch("certs");
  EXPECT_EQ(world.last().certificates.at("a")->certificate.content, "1");
  world.Link("../../archive/a/fullchain2.pem", "live/a/new");
  world.Rename("live/a/new", "live/a/fullchain.pem");
  EXPECT_TRUE(world.Await("a", "2"));
  // As acme-companion does: what the link leads to is written anew.
  world.Write("archive/a/fullchain2.pem", "3");
  EXPECT_TRUE(world.Await("a", "3"));
}

TEST(CertificateDirectory, SeesALinkToADirectoryThatIsRenamedOver) {
  WatchedWorld world;
  world.MakeDirectory("certs/..1");
  world.MakeDirectory("certs/..2");
  world.Write("certs/..1/a.crt", "1");
  world.Write("certs/..2/a.crt", "2");
  world.Link("..1", "certs/..data");
  world.Link("..data/a.crt", "certs/a.crt");
  world.Watch("certs");
  EXPECT_EQ(world.last().certificates.at("a")->certificate.content, "1");
  world.Link("..2", "certs/..new");
  world.Rename("certs/..new", "certs/..data");
  EXPECT_TRUE(world.Await("a", "2"));
}

TEST(CertificateDirectory, WaitsForADirectoryThatIsNotThereYetAndForTheOneAfterIt) {
  WatchedWorld world;
  world.Watch("later/certs");
  EXPECT_EQ(world.last().status.code(), absl::StatusCode::kNotFound);
  world.MakeDirectory("later");
  world.MakeDirectory("later/certs");
  world.Write("later/certs/a.crt", "1");
  EXPECT_TRUE(world.Await("a", "1"));
  world.MakeDirectory("other");
  world.Write("other/a.crt", "2");
  world.Rename("later/certs", "later/old");
  EXPECT_TRUE(world.Await([](const CertificateDirectory& found) { return !found.status.ok(); }));
  world.Rename("other", "later/certs");
  EXPECT_TRUE(world.Await("a", "2"));
}

TEST(CertificateDirectory, LooksNowAndThenWhereNothingTells) {
  WatchedWorld world;
  world.MakeDirectory("certs");
  world.MakeDirectory("far");
  world.Write("far/a", "1");
  // A hard link: what happens to the file by its other name happens in a directory that nobody
  // watches.
  std::filesystem::create_hard_link(world.Path("far/a"), world.Path("certs/a.crt"));
  world.Watch("certs", absl::Milliseconds(50));
  ASSERT_EQ(world.last().certificates.at("a")->certificate.content, "1");
  world.Write("far/a", "22");
  EXPECT_TRUE(world.Await("a", "22"));
}

TEST(CertificateDirectory, OpensNothingButRegularFiles) {
  WatchedWorld world;
  world.MakeDirectory("certs");
  world.MakeDirectory("certs/directory.crt");
  ASSERT_EQ(mkfifo(world.Path("certs/pipe.crt").c_str(), 0600), 0);
  world.Link("/dev/zero", "certs/device.crt");
  world.Link("loop.crt", "certs/loop.crt");
  world.Link("nowhere", "certs/dangling.crt");
  world.Link("nowhere", "certs/dangling.ca.crt");
  world.Link("nowhere", "certs/dangling.crl.pem");
  world.Link("nowhere", "certs/ca.crt");
  world.Write("certs/good.crt", "G");
  world.Write("certs/long.crt", std::string(kLargestCertificateFile + 1, 'x'));
  world.Watch("certs");
  const CertificateDirectory found = world.last();
  EXPECT_EQ(found.certificates.at("good")->certificate.content, "G");
  const CertificateFiles& dangling = *found.certificates.at("dangling");
  EXPECT_TRUE(dangling.certificate.is_absent());
  for (const CertificateFile* guard :
       {&dangling.authorities, &dangling.revocations, &found.for_all->authorities}) {
    EXPECT_EQ(guard->state, CertificateFile::State::kUnreadable);
    EXPECT_EQ(guard->error, "it is a link to a file that is not there");
  }
  struct {
    const char* name;
    const char* error;
  } const cases[] = {
      {"directory", "it is no regular file"},     {"pipe", "it is no regular file"},
      {"device", "it is no regular file"},        {"loop", "Too many levels of symbolic links"},
      {"long", "it has more than 1048576 bytes"},
  };
  for (const auto& of : cases) {
    SCOPED_TRACE(of.name);
    const CertificateFile& file = found.certificates.at(of.name)->certificate;
    EXPECT_EQ(file.state, CertificateFile::State::kUnreadable);
    EXPECT_EQ(file.error, of.error);
  }
}

TEST(CertificateDirectory, WhatIsNotACertificatesFileIsNoNews) {
  WatchedWorld world;
  world.MakeDirectory("certs");
  world.Write("certs/a.crt", "1");
  world.Watch("certs");
  world.Write("certs/notes.txt", "x");
  world.Write("certs/a.crt", "2");
  EXPECT_TRUE(world.Await("a", "2"));
  world.Write("certs/b.crt", "1");
  EXPECT_TRUE(world.Await("b", "1"));
  // The first look, and what each write came to: an empty file at first, perhaps.
  EXPECT_LE(world.calls(), 5);
}

TEST(LinkDirectories, AreThoseInWhichSomethingHasToHappen) {
  WatchedWorld world;
  world.MakeDirectory("a/b");
  world.MakeDirectory("c");
  world.Write("c/file", "");
  world.Link("../c", "a/link");
  const auto directories = [&](const std::string& path) {
    std::set<std::string> found;
    AddLinkDirectories(world.Path(path), found);
    std::set<std::string> names;
    for (const std::string& directory : found) {
      names.insert(directory.substr(world.Path("").size()));
    }
    return names;
  };
  EXPECT_THAT(directories("c/file"), UnorderedElementsAre("c"));
  EXPECT_THAT(directories("a/link/file"), UnorderedElementsAre("a", "a/../c"));
  EXPECT_THAT(directories("a/b/absent/file"), UnorderedElementsAre("a/b"));
  EXPECT_THAT(directories("a/b/."), UnorderedElementsAre("a/b"));
}

}  // namespace
}  // namespace fairlead
