#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "server/snapshot/resource.h"

namespace fairlead {

// A resource that a refused response brought.
struct Suspect {
  std::shared_ptr<const Resource> content;
  std::shared_ptr<const Resource> had;  // what the client had of that name; null: nothing
  // The client came with content that nobody here knows, and would drop what a list of all does not
  // have any more: it stays in the list, refused or not.
  bool stays = false;
};

// What one client is not sent of one type, because it refused it: a NACK is for a whole response,
// and does not say which resource is to blame. Those that its words name are; else it is found by
// halving: a part of what the response brought is offered again and the rest kept back, until a
// part of one resource is refused. Whatever is to blame is kept back until its content changes, and
// the client goes on with the last that it took; everything else reaches it.
//
// A state machine without I/O. It is there only for clients that refuse (docs/xds-rules.md, SW6).
// Threads: none; it belongs to its subscription.
class Withheld {
 public:
  // Responses of one search. Beyond, whatever is still under suspicion is kept back.
  static constexpr size_t kMostRounds = 256;

  struct Culprit {
    std::shared_ptr<const Resource> content;
    std::string error;  // the client's words
  };

  // The client refused a response that brought these, at least one, in these words.
  void OnRefused(std::vector<Suspect> suspects, absl::string_view error);
  // It took a response that brought those for which `brought` is true.
  void OnAccepted(absl::FunctionRef<bool(const Resource&)> brought);

  // To be asked after either, and after what the client wants has changed: `current` says what
  // there is of a name that the client wants (null: nothing), and what is no more is forgotten.
  // Returns what is to be sent now though it did not change.
  std::vector<Suspect> Settle(absl::FunctionRef<const Resource*(absl::string_view)> current);

  // What the client is to have for `content`: that itself, or in its place what it took last; null:
  // it took nothing of that name yet.
  std::shared_ptr<const Resource> InPlaceOf(const std::shared_ptr<const Resource>& content) const;

  // Nothing is kept back or in question.
  bool empty() const { return entries_.empty() && trial_.empty(); }
  // It is not known yet what is to blame.
  bool is_searching() const { return !trial_.empty() || !waiting_.empty(); }
  // Sorted by name; the first `most`.
  std::vector<Culprit> Culprits(size_t most = std::numeric_limits<size_t>::max()) const;
  bool IsCulprit(const std::string& name) const;
  // Of what is kept back: other content, another digest.
  std::string Digest() const;

 private:
  struct Entry {
    Suspect suspect;
    bool is_culprit = false;  // else it waits for its turn
    std::string error;
  };

  void Blame(Suspect suspect, absl::string_view error);
  // Whether the words name what is known to be refused, and is sent nonetheless.
  bool NamesShownCulprit(absl::string_view error) const;
  void Keep(std::vector<Suspect> group);

  // By name: kept back.
  absl::btree_map<std::string, Entry> entries_;
  // Groups of names that wait, the next one last. Each is an entry, or was.
  std::vector<std::vector<std::string>> waiting_;
  // By name: offered again and not answered yet.
  absl::btree_map<std::string, Suspect> trial_;
  std::vector<Suspect> to_offer_;
  size_t rounds_ = 0;
};

// Whether a client's words say that name as that of a resource: quoted, or before a colon, as in
// "Error adding/updating cluster(s) NAME: ...".
bool NamesResource(absl::string_view words, absl::string_view name);

}  // namespace fairlead
