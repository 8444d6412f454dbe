#include "server/routing/routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/routing/example_model.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Scale, OneMoreContainerIsOneChangedPoolAndNothingElse) {
  Model model;
  model.Apply(Is("h1", Web("web1")));
  EXPECT_THAT(Changed(model.changes()),
              ElementsAre("pool shop/web:8000", "host shop.example", "service shop/web"));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:8000"));

  model.Apply(Is("h2", Web("web2")));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
  model.Apply(Is("h1", Web("web0")));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
  EXPECT_THAT(model.Pool("shop/web:8000"),
              ElementsAre("web0 healthy", "web1 healthy", "web2 healthy"));

  model.Apply(Gone("h1", "web0"));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
}

TEST(Scale, FactsThatMeanTheSameChangeNothing) {
  Model model;
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h1", Web("web1")));
  EXPECT_TRUE(model.changes().empty());
  model.Apply(HostIs("h1", {"10.0.0.1"}));
  EXPECT_TRUE(model.changes().empty());
  model.Apply(Gone("h1", "never-there"));
  EXPECT_TRUE(model.changes().empty());
  model.Wait(absl::Hours(100));
  EXPECT_TRUE(model.changes().empty());
}

TEST(Scale, AContainerThatAsksForNothingIsNothing) {
  Model model;
  ExampleContainer other = Web("db");
  other.virtual_host = "";
  model.Apply(Is("h1", other));
  EXPECT_TRUE(model.changes().empty());
  EXPECT_THAT(model.routing().Summaries(), IsEmpty());
}

// It ends, and runs again since `second`.
void Crash(Model& model, ExampleContainer& container, int second) {
  container.state = v1::Container::EXITED;
  model.Apply(Is("h1", container));
  container.state = v1::Container::RUNNING;
  container.started_at = second;
  model.Apply(Is("h1", container));
}

TEST(CrashLoop, IsOutUntilItsTurnAndIsToldOnce) {  // P15
  Model model;
  ExampleContainer web = Web("web1");
  model.Apply(Is("h1", Web("web0")));
  model.Apply(Is("h1", web));
  for (int second = 2; second <= 3; ++second) {
    Crash(model, web, second);
    EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web0 healthy", "web1 healthy"));
  }
  web.state = v1::Container::EXITED;
  model.Apply(Is("h1", web));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
  web.state = v1::Container::RUNNING;
  web.started_at = 4;
  model.Apply(Is("h1", web));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("problems container h1/web1"));
  const Problem& problem = model.changes().problems.at(0).problems.at(0);
  EXPECT_EQ(problem.place.container, "web1");
  EXPECT_THAT(problem.what, testing::HasSubstr("most once in 30s"));
  EXPECT_THAT(problem.cure, testing::HasSubstr("`docker logs web1`"));
  for (int second = 5; second < 100; ++second) {
    Crash(model, web, second);
    EXPECT_TRUE(model.changes().empty());
  }
  model.Wait(absl::Seconds(29));
  EXPECT_TRUE(model.changes().empty());
  model.Wait(absl::Seconds(1));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web0 healthy", "web1 healthy"));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
  model.Wait(absl::Seconds(59));
  EXPECT_TRUE(model.changes().empty());
  model.Wait(absl::Seconds(1));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("-problems container h1/web1"));
}

TEST(CrashLoop, HasNoSayWhileItIsHeldBack) {
  Model model;
  ExampleContainer other = Web("web1", 2);
  other.virtual_host = "other.example";
  model.Apply(Is("h1", Web("web0")));
  model.Apply(Is("h1", other));
  EXPECT_THAT(model.Domain("other.example"), ElementsAre("/ -> shop/web:8000"));
  for (int second = 2; second <= 4; ++second) Crash(model, other, second);
  EXPECT_THAT(model.Domain("other.example"), ElementsAre("404"));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:8000"));
  Crash(model, other, 5);
  EXPECT_TRUE(model.changes().empty());
}

TEST(CrashLoop, ThatIsRemovedLeavesNothing) {
  Model model;
  ExampleContainer web = Web("web1");
  model.Apply(Is("h1", web));
  for (int second = 2; second <= 4; ++second) Crash(model, web, second);
  model.Apply(Gone("h1", "web1"));
  EXPECT_THAT(Changed(model.changes()),
              UnorderedElementsAre("service shop/web", "-problems container h1/web1"));
  model.Wait(absl::Hours(1));
  EXPECT_TRUE(model.changes().empty());
  model.Apply(Is("h1", Web("web1")));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy"));
}

TEST(Life, OfOneContainer) {
  Model model;
  ExampleContainer web = Web("web1");
  model.Apply(Is("h1", Web("web0")));
  web.state = v1::Container::CREATED;
  web.started_at = 0;
  model.Apply(Is("h1", web));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web0 healthy"));
  web.state = v1::Container::RUNNING;
  web.started_at = 5;
  web.health = v1::Container::STARTING;
  model.Apply(Is("h1", web));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web0 healthy", "web1 starting"));
  web.health = v1::Container::HEALTHY;
  model.Apply(Is("h1", web));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web0 healthy", "web1 healthy"));
  web.stopping = true;
  model.Apply(Is("h1", web));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web0 healthy", "web1 draining"));
  web.state = v1::Container::EXITED;
  model.Apply(Is("h1", web));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web0 healthy"));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
}

TEST(Life, ARestartIsAnotherEndpoint) {
  Model model;
  ExampleContainer web = Web("web1");
  model.Apply(Is("h1", web));
  web.started_at = 2;
  model.Apply(Is("h1", web));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
}

TEST(Gone, TheRoutesOfAServiceStayUntilItIsForgotten) {
  Model model;
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Gone("h1", "web1"));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000", "service shop/web"));
  EXPECT_EQ(model.changes().services[0].after->empty_since, kStart);
  EXPECT_THAT(model.Pool("shop/web:8000"), IsEmpty());
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:8000"));

  model.Wait(absl::Hours(24) - absl::Seconds(1));
  EXPECT_TRUE(model.changes().empty());
  model.Wait(absl::Seconds(1));
  EXPECT_THAT(Changed(model.changes()),
              ElementsAre("-pool shop/web:8000", "-host shop.example", "-service shop/web"));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("404"));
  EXPECT_THAT(model.routing().Summaries(), IsEmpty());
}

TEST(Gone, AServiceThatComesBackIsNotForgotten) {
  Model model;
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Gone("h1", "web1"));
  model.Wait(absl::Hours(23));
  model.Apply(Is("h1", Web("web2")));
  EXPECT_EQ(model.routing().ServiceRecords()[0]->empty_since, absl::InfiniteFuture());
  model.Wait(absl::Hours(23));
  EXPECT_TRUE(model.changes().empty());
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web2 healthy"));
}

TEST(Gone, AStoppedServiceIsNotEmpty) {
  Model model;
  ExampleContainer web = Web("web1");
  model.Apply(Is("h1", web));
  web.state = v1::Container::EXITED;
  model.Apply(Is("h1", web));
  model.Wait(absl::Hours(48));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:8000"));
}

TEST(Gone, OfTooManyRoutesOfEmptyServicesTheOldestGo) {
  Routing::Options options;
  options.empty_services.most_routes = 4;
  Model model(options);
  for (const char* service : {"a", "b", "c"}) {
    ExampleContainer web = Web(service);
    web.service = service;
    web.virtual_host = absl::StrCat(service, ".example,www.", service, ".example");
    model.Apply(Is("h1", web));
    model.Apply(Gone("h1", service));
    model.Wait(absl::Seconds(1));
  }
  EXPECT_THAT(model.Domain("a.example"), ElementsAre("404"));
  EXPECT_THAT(model.Domain("b.example"), ElementsAre("/ -> shop/b:8000"));
  EXPECT_THAT(model.Domain("c.example"), ElementsAre("/ -> shop/c:8000"));
  // One that is back is none of them.
  ExampleContainer web = Web("b");
  web.service = "b";
  web.virtual_host = "b.example,new.example";
  model.Apply(Is("h1", web));
  model.Apply(Is("h1", Web("d")));
  model.Apply(Gone("h1", "d"));
  EXPECT_THAT(model.Domain("c.example"), ElementsAre("/ -> shop/c:8000"));
  EXPECT_THAT(model.Domain("new.example"), ElementsAre("/ -> shop/b:8000"));
}

TEST(Gone, WhatNeverRanClaimsNothing) {
  Model model;
  ExampleContainer web = Web("web1");
  web.state = v1::Container::CREATED;
  model.Apply(Is("h1", web));
  EXPECT_TRUE(model.changes().empty());
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("404"));
  model.Apply(Gone("h1", "web1"));
  EXPECT_THAT(model.routing().Summaries(), IsEmpty());
}

TEST(Restore, RoutesAreThereBeforeTheContainersAre) {
  Model before;
  before.Apply(Is("h1", Web("web1")));
  before.Apply(Is("h1", Blog("blog1")));
  before.Apply(Gone("h1", "blog1"));

  Model model;
  ModelChanges changes =
      model.routing().Restore(before.routing().ServiceRecords(), model.now() + absl::Hours(1));
  EXPECT_THAT(Changed(changes), UnorderedElementsAre("pool shop.example/", "host shop.example",
                                                     "problems pool shop.example/"));
  EXPECT_THAT(model.Pool("shop.example/"), IsEmpty());

  model.Apply(Is("h1", Web("web1")));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:8000"));
  EXPECT_THAT(model.changes().services, IsEmpty());
  // The blog has been empty since before; the shop's time did not begin.
  model.Wait(absl::Hours(24));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("-service blog/web"));
}

TEST(Restore, WhatHadContainersWaitsForThemHoweverManyTheyAre) {
  Model before;
  for (const char* service : {"a", "b", "c"}) {
    ExampleContainer web = Web(service);
    web.service = service;
    web.virtual_host = absl::StrCat(service, ".example");
    before.Apply(Is("h1", web));
  }
  before.Apply(Gone("h1", "a"));
  Routing::Options options;
  options.empty_services.most_routes = 1;
  Model model(options);
  model.routing().Restore(before.routing().ServiceRecords(), model.now());
  for (const char* service : {"a", "b", "c"}) {
    EXPECT_THAT(model.Domain(absl::StrCat(service, ".example")),
                ElementsAre(absl::StrCat("/ -> shop/", service, ":8000")));
  }
  ExampleContainer web = Web("b");
  web.service = "b";
  web.virtual_host = "b.example";
  model.Apply(Is("h1", web));
  model.Apply(Gone("h1", "b"));  // the second that is empty
  EXPECT_THAT(model.Domain("a.example"), ElementsAre("404"));
  EXPECT_THAT(model.Domain("b.example"), ElementsAre("/ -> shop/b:8000"));
  EXPECT_THAT(model.Domain("c.example"), ElementsAre("/ -> shop/c:8000"));
}

TEST(Restore, AServiceWhoseContainersNeverComeBackIsForgottenInTime) {
  Model before;
  before.Apply(Is("h1", Web("web1")));
  Model model;
  model.routing().Restore(before.routing().ServiceRecords(), model.now());
  model.Wait(absl::Hours(24));
  EXPECT_THAT(Changed(model.changes()),
              ElementsAre("-pool shop/web:8000", "-host shop.example", "-service shop/web"));
}

TEST(Restore, ARecordThatIsNotUnderstoodAnyMoreIsDropped) {
  auto record = std::make_shared<ServiceRecord>();
  record->name = "shop/web";
  ExampleContainer web = Web("web1");
  web.virtual_host = "no..host";
  record->spokesman = web.Facts();
  record->host_id = "h1";
  Model model;
  EXPECT_THAT(Changed(model.routing().Restore({record}, kStart)), ElementsAre("-service shop/web"));
}

}  // namespace
}  // namespace fairlead
