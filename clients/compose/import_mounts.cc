#include "clients/compose/import_mounts.h"

#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/compose/nginx_directives.h"
#include "clients/compose/proxy_role.h"
#include "deploy/images/drop_in/mounted_files.h"

namespace fairlead {
namespace {

using Finding = v1::ImportFinding;

// Whether `path` lies below `folder`.
bool IsBelow(absl::string_view path, absl::string_view folder) {
  return absl::StartsWith(path, absl::StrCat(folder, "/"));
}

// Names of files and, where they can be read, what is in them.
struct Content {
  std::vector<std::string> names;
  std::vector<std::string> texts;
};

class MountJudge {
 public:
  MountJudge(const ComposeMount& mount, const std::string& folder, const LocalFiles& files)
      : mount_(mount), files_(files) {
    if (mount.is_path) source_ = (std::filesystem::path(folder) / mount.source).string();
  }

  std::vector<MountJudgement> Run() {
    if (mount_.target == kProxySocket) return {{mount_.target, {Finding::SAME, "read", ""}}};
    for (const std::string& path : MountedPaths()) {
      if (mount_.target == path) {
        AddContent(path, ContentOf(path));
      } else if (IsBelow(mount_.target, path)) {
        AddContent(path, FileAlone(path, mount_.target.substr(path.size() + 1)));
      } else if (IsBelow(path, mount_.target)) {
        is_of_table_ = true;
        AddBelow(path);
      }
    }
    if (!is_of_table_) AddContent(mount_.target, ContentOf(mount_.target));
    return std::move(judged_);
  }

 private:
  // None: that is known on the Docker host alone.
  std::optional<Content> ContentOf(const std::string& path) const {
    if (!mount_.is_path) return std::nullopt;
    Content content;
    const auto names = files_.names_in(source_);
    if (!names.has_value()) {
      AddText(path, source_, content);
      return content.texts.empty() ? std::nullopt : std::optional(std::move(content));
    }
    content.names = *names;
    for (const std::string& name : *names) {
      AddText(path, (std::filesystem::path(source_) / name).string(), content);
    }
    return content;
  }

  Content FileAlone(const std::string& path, const std::string& name) const {
    Content content;
    content.names.push_back(name);
    if (mount_.is_path) AddText(path, source_, content);
    return content;
  }

  // Of files with directives alone: what is in keys and passwords is nobody's concern.
  void AddText(const std::string& path, const std::string& source, Content& content) const {
    if (!HasDirectives(path)) return;
    if (auto text = files_.content_of(source)) content.texts.push_back(*std::move(text));
  }

  void AddContent(const std::string& path, const std::optional<Content>& content) {
    is_of_table_ = true;
    // A file is mounted where nginx-proxy looks for one; of a folder without files nothing is told.
    if (content.has_value() && content->names.empty() && content->texts.empty()) {
      judged_.push_back({mount_.target, {Finding::SAME, "there is nothing in it", ""}});
      return;
    }
    Judgement judgement =
        JudgeFile(path, content.has_value() ? content->names : std::vector<std::string>());
    const bool is_wrong = judgement.kind == Finding::NOT_SUPPORTED;
    if (is_wrong && content.has_value() && HasDirectives(path)) Advise(*content, judgement);
    // What they are for is needed by nobody.
    if (path == "/etc/nginx/dhparam") judgement.kind = Finding::SAME;
    if (is_wrong && !content.has_value() && !mount_.is_path) LeaveOpen(judgement);
    judged_.push_back({mount_.target, std::move(judgement)});
  }

  static bool HasDirectives(const std::string& path) {
    return absl::StrContains(path, ".conf") || path == "/etc/nginx/vhost.d" ||
           path == "/etc/nginx/conf.d" || path == "/etc/nginx/toplevel.conf.d";
  }

  // What the directives are for may hold anyway.
  static void Advise(const Content& content, Judgement& judgement) {
    std::set<std::string> directives;
    for (const std::string& text : content.texts) {
      for (std::string& name : NginxDirectives(text)) directives.insert(std::move(name));
    }
    std::vector<std::string> needless;
    std::vector<std::string> needed;
    for (const std::string& name : directives) {
      const DirectiveAdvice advice = AdviceOn(name);
      std::string text = advice.what.empty() ? name : absl::StrCat(name, " (", advice.what, ")");
      (advice.is_needless ? needless : needed).push_back(std::move(text));
    }
    if (content.texts.size() < content.names.size()) needed.push_back("what cannot be read here");
    const std::string not_needed =
        needless.empty() ? "" : absl::StrCat("not needed: ", absl::StrJoin(needless, ", "));
    if (needed.empty() && !needless.empty()) {
      judgement = {Finding::SAME, not_needed, ""};
      return;
    }
    judgement.instead = not_needed;
    if (directives.empty()) return;
    absl::StrAppend(&judgement.instead, not_needed.empty() ? "" : "; ",
                    "without effect: ", absl::StrJoin(needed, ", "));
  }

  // Of a mount within which there is one of nginx's files.
  void AddBelow(const std::string& path) {
    if (mount_.is_path) {
      const auto names = files_.names_in(absl::StrCat(source_, path.substr(mount_.target.size())));
      if (!names.has_value() || names->empty()) return;
      judged_.push_back({path, JudgeFile(path, *names)});
      return;
    }
    Judgement judgement = JudgeFile(path, {});
    if (judgement.kind == Finding::SAME) {
      judgement.what = absl::StrCat("if the volume has it: ", judgement.what);
    } else {
      LeaveOpen(judgement);
    }
    judged_.push_back({path, std::move(judgement)});
  }

  // Of a volume it is not known what is in it: mostly what nginx-proxy and acme-companion write
  // themselves, which nobody misses.
  static void LeaveOpen(Judgement& judgement) {
    if (judgement.kind == Finding::SAME) return;
    judgement.kind = Finding::CHANGE;
    judgement.what = absl::StrCat("look for files of your own in the volume: ", judgement.what);
  }

  const ComposeMount& mount_;
  const LocalFiles& files_;
  std::string source_;  // of a path
  bool is_of_table_ = false;
  std::vector<MountJudgement> judged_;
};

}  // namespace

std::vector<MountJudgement> JudgeMount(const ComposeMount& mount, const std::string& folder,
                                       const LocalFiles& files) {
  return MountJudge(mount, folder, files).Run();
}

}  // namespace fairlead
