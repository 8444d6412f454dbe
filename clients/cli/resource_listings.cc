#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/cells.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

std::string ScopeCell(const v1::ResourceScope& scope) {
  switch (scope.scope_case()) {
    case v1::ResourceScope::kNodeId:
      return absl::StrCat("node ", scope.node_id());
    case v1::ResourceScope::kGroup:
      return absl::StrCat("group ", scope.group());
    default:
      return "all";
  }
}

// A hash tells versions apart by its beginning.
std::string VersionCell(const std::string& version, const Look& look) {
  constexpr size_t kEnough = 12;
  return look.wide ? version : version.substr(0, kEnough);
}

Cell StateCell(v1::SentResource::State state) {
  switch (state) {
    case v1::SentResource::ACKED:
      return {"ACKED", Tone::kGood};
    case v1::SentResource::NACKED:
      return {"NACKED", Tone::kBad};
    case v1::SentResource::SENT:
      return {"SENT", Tone::kWarning};
    default:
      return {"UNKNOWN", Tone::kWarning};
  }
}

std::string Counted(uint32_t count, absl::string_view what) {
  return absl::StrCat(count, " resource", count == 1 ? "" : "s", " ", what);
}

}  // namespace

std::string PutText(const v1::PutResourcesResponse& response, const Look& look) {
  return absl::StrCat(Counted(response.changed(), "new or changed"), ", ", response.deleted(),
                      " deleted\n", ProblemsBelow(response.problems(), look));
}

std::string DeletedText(const v1::DeleteResourcesResponse& response, const Look& look) {
  return absl::StrCat(Counted(response.deleted(), "deleted"), "\n",
                      ProblemsBelow(response.problems(), look));
}

std::string ResourcesText(const v1::ListResourcesResponse& response, const Look& look) {
  if (response.resources().empty()) {
    return "No static resources: 'fairlead resources put --help' says how to put some.\n";
  }
  std::vector<std::string> heads = {"SCOPE", "TYPE", "NAME", "VERSION", "OVERRIDES", "DANGLING"};
  if (look.wide) heads.insert(heads.begin() + 4, "HASH");
  Table table(std::move(heads));
  for (const v1::StaticResource& resource : response.resources()) {
    const std::string& given = resource.given_version();
    std::vector<Cell> row = {ScopeCell(resource.scope()), resource.type(), resource.name(),
                             given.empty() ? VersionCell(resource.version(), look) : given};
    if (look.wide) row.emplace_back(resource.version());
    row.emplace_back(absl::StrJoin(resource.overrides(), ", "));
    row.emplace_back(ListCell(resource.dangling(), look.wide), Tone::kBad);
    table.Add(std::move(row));
  }
  return table.Text(look.colour);
}

std::string ProxyConfigText(const v1::GetProxyConfigResponse& response, const Look& look) {
  if (response.resources().empty()) {
    return "Nothing: the proxy has been sent no such resource, or it was told to drop it.\n";
  }
  std::vector<std::string> heads = {"TYPE", "NAME", "VERSION", "STATE", "SENT"};
  if (look.wide) heads.emplace_back("PEER");
  Table table(std::move(heads));
  for (const v1::SentResource& sent : response.resources()) {
    std::vector<Cell> row = {sent.type(), sent.name(), VersionCell(sent.version(), look),
                             StateCell(sent.state()),
                             AgeCell(sent.has_last_sent(), sent.last_sent(), look.now, "-")};
    if (look.wide) row.emplace_back(sent.peer());
    table.Add(std::move(row));
  }
  return table.Text(look.colour);
}

}  // namespace fairlead
