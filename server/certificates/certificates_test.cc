#include "server/certificates/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/file.h"
#include "test/support/certificates.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Content(const std::string& path) { return ReadFile(path, 1 << 20).value(); }

CertificateFile FileWith(std::string content) {
  return {CertificateFile::State::kRead, std::move(content), ""};
}

// The stage, with a clock that tests move and a directory that they fill.
class World {
 public:
  World() : authority_("authority") { directory_.path = "/certs"; }

  CertificateFiles Issue(const std::string& name, TestAuthority::Unusual unusual = {}) {
    const auto issued = authority_.Issue(name, absl::StrCat("DNS:", name), unusual);
    CertificateFiles files;
    files.base = absl::StrCat("/certs/", name);
    files.certificate = FileWith(Content(issued.certificate));
    files.key = FileWith(Content(issued.key));
    return files;
  }
  std::string Revocation() const {
    return authority_.RevocationOf(authority_.Issue("client", "DNS:client.example"));
  }
  std::string authority() const { return Content(authority_.certificate_file()); }

  CertificateChanges Write(const std::string& name, CertificateFiles files) {
    directory_.certificates[name] = std::make_shared<const CertificateFiles>(std::move(files));
    return Look();
  }
  CertificateChanges Remove(const std::string& name) {
    directory_.certificates.erase(name);
    return Look();
  }
  CertificateChanges Look() { return Note(certificates_.Take(directory_, now_)); }
  CertificateChanges Wait(absl::Duration time) {
    now_.monotonic += time;
    now_.wall += time;
    return Note(certificates_.Tick(now_));
  }
  CertificateChanges Note(CertificateChanges changes) {
    for (const ProblemsOf& of : changes.problems) problems_[of.source] = of.problems;
    return changes;
  }

  // "WHERE: WHAT" of all that stand.
  std::vector<std::string> problems() const {
    std::vector<std::string> all;
    for (const auto& [source, problems] : problems_) {
      for (const Problem& of : problems) all.push_back(absl::StrCat(of.place.word, ": ", of.what));
    }
    return all;
  }
  // What is served under the name; empty: nothing.
  std::string Served(const std::string& name) const {
    for (const auto& listed : certificates_.All()) {
      if (listed.certificate->name == name) return listed.certificate->chain;
    }
    return "";
  }

  Certificates& certificates() { return certificates_; }
  CertificateDirectory& directory() { return directory_; }
  Moment now() const { return now_; }

 private:
  const TestAuthority authority_;
  CertificateDirectory directory_;
  Certificates certificates_;
  Moment now_ = {absl::Hours(1), absl::Now()};
  absl::btree_map<std::string, Problems> problems_;
};

std::vector<std::string> Names(const CertificateChanges& changes) {
  std::vector<std::string> names;
  for (const CertificateChange& change : changes.certificates) {
    names.push_back(absl::StrCat(change.after == nullptr ? "-" : "", change.name));
  }
  return names;
}

TEST(Certificates, OneFileIsWorkForOneCertificate) {
  World world;
  world.Write("a.example", world.Issue("a.example"));
  EXPECT_THAT(Names(world.Write("b.example", world.Issue("b.example"))), ElementsAre("b.example"));
  EXPECT_THAT(Names(world.Look()), IsEmpty());
  EXPECT_THAT(Names(world.Write("a.example", world.Issue("a.example"))), ElementsAre("a.example"));
  EXPECT_TRUE(world.certificates().Has("a.example"));
  EXPECT_THAT(world.problems(), IsEmpty());
}

TEST(Certificates, APairThatIsWrittenHalfIsNoProblemYetAndTheLastGoodStays) {
  World world;
  const CertificateFiles first = world.Issue("a.example");
  const CertificateFiles second = world.Issue("a.example");
  world.Write("a.example", first);
  const std::string before = world.Served("a.example");

  CertificateFiles half = first;
  half.certificate = second.certificate;
  EXPECT_THAT(Names(world.Write("a.example", half)), IsEmpty());
  EXPECT_THAT(Names(world.Wait(absl::Seconds(1))), IsEmpty());
  EXPECT_THAT(world.problems(), IsEmpty());
  EXPECT_EQ(world.Served("a.example"), before);

  EXPECT_THAT(Names(world.Write("a.example", second)), ElementsAre("a.example"));
  world.Wait(absl::Seconds(5));
  EXPECT_THAT(world.problems(), IsEmpty());
  EXPECT_NE(world.Served("a.example"), before);
}

TEST(Certificates, WhatStaysWrongIsAProblemUntilItIsRepaired) {
  World world;
  const CertificateFiles good = world.Issue("a.example");
  world.Write("a.example", good);
  CertificateFiles bad = good;
  bad.key = world.Issue("other.example").key;
  world.Write("a.example", bad);
  world.Wait(Certificates::kHalfWritten);
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("/certs/a.example.key: the private key is not the"));
  EXPECT_THAT(world.problems()[0], HasSubstr("the last good certificate stays"));
  // Wrong in another way: there is no time without the problem.
  bad.key.content = "no key";
  world.Write("a.example", bad);
  EXPECT_EQ(world.problems().size(), 1u);
  world.Write("a.example", good);
  EXPECT_THAT(world.problems(), IsEmpty());
}

TEST(Certificates, WithoutALastGoodOneThereIsNoneAndOthersAreServed) {
  World world;
  CertificateFiles bad = world.Issue("a.example");
  bad.key = {};
  EXPECT_THAT(Names(world.Write("a.example", bad)), IsEmpty());
  world.Write("b.example", world.Issue("b.example"));
  world.Wait(Certificates::kHalfWritten);
  EXPECT_FALSE(world.certificates().Has("a.example"));
  EXPECT_TRUE(world.certificates().Has("b.example"));
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("no HTTPS for hosts that would use it"));
}

TEST(Certificates, AnExpiredOneTakesNoGoodOnesPlace) {
  World world;
  world.Write("a.example", world.Issue("a.example"));
  const std::string before = world.Served("a.example");
  const CertificateFiles expired =
      world.Issue("a.example", {.valid_from_days = -20, .valid_until_days = -1});
  EXPECT_THAT(Names(world.Write("a.example", expired)), IsEmpty());
  EXPECT_EQ(world.Served("a.example"), before);
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("expired at"));
  EXPECT_THAT(world.problems()[0], HasSubstr("the one before it stays"));
}

TEST(Certificates, AnExpiredOneIsServedWhereThereIsNoOther) {
  World world;
  EXPECT_THAT(Names(world.Write("a.example", world.Issue("a.example", {.valid_from_days = -20,
                                                                       .valid_until_days = -1}))),
              ElementsAre("a.example"));
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("it is served all the same"));
}

TEST(Certificates, OneThatIsNotValidYetIsTakenWhenItIs) {
  World world;
  world.Write("a.example", world.Issue("a.example", {.valid_until_days = 30}));
  const std::string before = world.Served("a.example");
  world.Write("a.example", world.Issue("a.example", {.valid_from_days = 2, .valid_until_days = 9}));
  EXPECT_EQ(world.Served("a.example"), before);
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("is not valid before"));
  EXPECT_THAT(Names(world.Wait(absl::Hours(49))), ElementsAre("a.example"));
  EXPECT_NE(world.Served("a.example"), before);
  EXPECT_THAT(world.problems(), IsEmpty());
}

TEST(Certificates, TheEndOfALifeIsTold) {
  World world;
  world.Write("a.example", world.Issue("a.example"));
  EXPECT_THAT(world.problems(), IsEmpty());
  world.Wait(absl::Hours(20));
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("expires soon"));
  EXPECT_THAT(Names(world.Wait(absl::Hours(5))), IsEmpty());
  EXPECT_THAT(world.problems()[0], HasSubstr("expired at"));
}

TEST(Certificates, BothFilesHaveToGo) {
  World world;
  CertificateFiles files = world.Issue("a.example");
  world.Write("a.example", files);
  files.certificate = {};
  EXPECT_THAT(Names(world.Write("a.example", files)), IsEmpty());
  EXPECT_TRUE(world.certificates().Has("a.example"));
  EXPECT_THAT(Names(world.Remove("a.example")), ElementsAre("-a.example"));
  EXPECT_FALSE(world.certificates().Has("a.example"));
  EXPECT_THAT(world.problems(), IsEmpty());
}

TEST(Certificates, ADirectoryThatCannotBeReadTakesNothingAway) {
  World world;
  world.Write("a.example", world.Issue("a.example"));
  CertificateDirectory broken;
  broken.path = "/certs";
  broken.status = absl::PermissionDeniedError("cannot read /certs: Permission denied");
  EXPECT_THAT(Names(world.Note(world.certificates().Take(broken, world.now()))), IsEmpty());
  EXPECT_TRUE(world.certificates().Has("a.example"));
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("certificates that were read there before stay"));
  world.Look();
  EXPECT_THAT(world.problems(), IsEmpty());
}

TEST(Certificates, BadAuthoritiesLeaveTheLastGoodOnes) {
  World world;
  CertificateFiles files = world.Issue("a.example");
  files.authorities = FileWith(world.authority());
  world.Write("a.example", files);
  files.authorities = FileWith("no PEM");
  world.Write("a.example", files);
  world.Wait(Certificates::kHalfWritten);
  ASSERT_EQ(world.certificates().All().size(), 1u);
  EXPECT_THAT(world.certificates().All()[0].certificate->clients->authorities,
              HasSubstr("BEGIN CERTIFICATE"));
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("/certs/a.example.ca.crt"));
  EXPECT_THAT(world.problems()[0], HasSubstr("the last good authorities stay"));
}

TEST(Certificates, BadAuthoritiesWhereThereWereNoneLetNobodyIn) {
  World world;
  CertificateFiles files = world.Issue("a.example");
  world.Write("a.example", files);
  files.authorities = FileWith("no PEM");
  world.Write("a.example", files);
  ASSERT_TRUE(world.certificates().Find("a.example")->clients.has_value());
  EXPECT_EQ(world.certificates().Find("a.example")->clients->authorities, "");
  world.Wait(Certificates::kHalfWritten);
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("so no client is let in where it applies"));
}

TEST(Certificates, WhoMayComeAppliesForAMomentMoreWhenItsFileIsGone) {
  World world;
  CertificateFiles files = world.Issue("a.example");
  files.authorities = FileWith(world.authority());
  files.revocations = FileWith(world.Revocation());
  const auto clients = [&world] { return world.certificates().Find("a.example")->clients; };
  world.Write("a.example", files);
  const absl::optional<ClientAuthorities> whole = clients();

  CertificateFiles without_list = files;
  without_list.revocations = {};
  EXPECT_THAT(Names(world.Write("a.example", without_list)), IsEmpty());
  EXPECT_EQ(clients(), whole);
  // It is there again in time.
  world.Write("a.example", files);
  EXPECT_THAT(Names(world.Wait(Certificates::kHalfWritten)), IsEmpty());

  world.Write("a.example", without_list);
  EXPECT_THAT(Names(world.Wait(Certificates::kHalfWritten)), ElementsAre("a.example"));
  EXPECT_EQ(clients()->revocations, "");

  without_list.authorities = {};
  EXPECT_THAT(Names(world.Write("a.example", without_list)), IsEmpty());
  EXPECT_TRUE(clients().has_value());
  EXPECT_THAT(Names(world.Wait(Certificates::kHalfWritten)), ElementsAre("a.example"));
  EXPECT_FALSE(clients().has_value());
  EXPECT_THAT(world.problems(), IsEmpty());
}

TEST(Certificates, AuthoritiesForAllComeAndGo) {
  World world;
  auto for_all = std::make_shared<CertificateFiles>();
  for_all->base = "/certs/ca";
  for_all->authorities = FileWith(world.authority());
  world.directory().for_all = for_all;
  EXPECT_TRUE(world.Look().for_all_changed);
  EXPECT_FALSE(world.Look().for_all_changed);
  ASSERT_TRUE(world.certificates().for_all().has_value());

  auto bad = std::make_shared<CertificateFiles>(*for_all);
  bad->authorities = FileWith("no PEM");
  world.directory().for_all = bad;
  EXPECT_FALSE(world.Look().for_all_changed);
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_THAT(world.problems()[0], HasSubstr("/certs/ca.crt: it holds no certificates"));

  world.directory().for_all = nullptr;
  EXPECT_FALSE(world.Look().for_all_changed);
  EXPECT_TRUE(world.certificates().for_all().has_value()) << "it may be about to be replaced";
  EXPECT_TRUE(world.Wait(Certificates::kHalfWritten).for_all_changed);
  EXPECT_FALSE(world.certificates().for_all().has_value());
  EXPECT_THAT(world.problems(), IsEmpty());
}

TEST(Certificates, TheDirectorysWinsOverOneThatWasPut) {
  World world;
  const auto put = ParseCertificate("a.example", world.Issue("a.example")).certificate;
  const auto changes = world.certificates().Put(put, world.now());
  ASSERT_TRUE(changes.ok());
  EXPECT_THAT(Names(*changes), ElementsAre("a.example"));
  EXPECT_TRUE(world.certificates().All()[0].was_put);

  EXPECT_THAT(Names(world.Write("a.example", world.Issue("a.example"))), ElementsAre("a.example"));
  EXPECT_TRUE(world.certificates().All()[0].hides_put);
  EXPECT_NE(world.Served("a.example"), put->chain);

  EXPECT_THAT(Names(world.Remove("a.example")), ElementsAre("a.example"));
  EXPECT_EQ(world.Served("a.example"), put->chain);

  const auto deleted = world.certificates().Delete("a.example", world.now());
  ASSERT_TRUE(deleted.ok());
  EXPECT_THAT(Names(*deleted), ElementsAre("-a.example"));
  EXPECT_EQ(world.certificates().Delete("a.example", world.now()).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(Certificates, NoProblemNamesAKey) {
  World world;
  CertificateFiles bad = world.Issue("a.example");
  const std::string key = bad.key.content;
  bad.certificate.content = "no PEM";
  world.Write("a.example", bad);
  world.Wait(Certificates::kHalfWritten);
  ASSERT_EQ(world.problems().size(), 1u);
  EXPECT_FALSE(absl::StrContains(world.problems()[0], key.substr(40, 20)));
}

}  // namespace
}  // namespace fairlead
