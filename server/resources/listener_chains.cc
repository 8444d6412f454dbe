#include "server/resources/listener_chains.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

ValidityGate::Slot SlotOf(const std::string& listener, const std::string& chain) {
  return {Type::kListener, chain, absl::StrCat("in ", listener)};
}

bool IsComplete(const ListenerChains::Chain& chain, const Admission& admission) {
  return admission.IsThere(Type::kRoute, chain.tls.routes) &&
         std::all_of(chain.secrets.begin(), chain.secrets.end(), [&](const std::string& secret) {
           return admission.IsThere(Type::kSecret, secret);
         });
}

// What is left of `kept` beside `others`, which have their names; appended to them. Proxies refuse
// a listener two of whose chains have a name in common.
void Append(std::vector<ListenerChains::Chain> kept, std::vector<ListenerChains::Chain>& others) {
  absl::flat_hash_set<std::string> taken;
  for (const auto& chain : others) {
    taken.insert(chain.tls.server_names.begin(), chain.tls.server_names.end());
  }
  for (ListenerChains::Chain& chain : kept) {
    std::vector<std::string>& names = chain.tls.server_names;
    const bool has_names = !names.empty();
    std::erase_if(names, [&](const std::string& name) { return !taken.insert(name).second; });
    if (names.empty() == has_names) continue;
    others.push_back(std::move(chain));
  }
}

}  // namespace

bool ListenerChains::Take(const std::string& name, std::vector<Chain> wanted,
                          ListenerOf listener_of, Admission& admission) {
  Forget(name, wanted, admission);
  absl::flat_hash_map<absl::string_view, const Chain*> before;
  for (const Chain& chain : chains_) before.emplace(chain.name, &chain);
  std::vector<Chain> taken;
  std::vector<Chain> kept;
  is_incomplete_ = false;
  for (Chain& chain : wanted) {
    if (!IsComplete(chain, admission)) {
      is_incomplete_ = true;
      continue;
    }
    const auto last = before.find(chain.name);
    const bool has_last = last != before.end();
    if ((has_last && *last->second == chain) ||
        admission.Admit(SlotOf(name, chain.name), listener_of({chain.tls}))) {
      taken.push_back(std::move(chain));
    } else if (has_last && IsComplete(*last->second, admission)) {
      kept.push_back(*last->second);
    }
  }
  Append(std::move(kept), taken);
  const bool differs = taken != chains_;
  chains_ = std::move(taken);
  return differs;
}

void ListenerChains::Forget(const std::string& name, const std::vector<Chain>& wanted,
                            Admission& admission) {
  absl::btree_set<std::string> names;
  for (const Chain& chain : wanted) names.insert(chain.name);
  for (const std::string& chain : wanted_) {
    if (!names.contains(chain)) admission.Forget(SlotOf(name, chain));
  }
  wanted_ = std::move(names);
}

std::vector<TlsChain> ListenerChains::admitted() const {
  std::vector<TlsChain> admitted;
  for (const Chain& chain : chains_) admitted.push_back(chain.tls);
  return admitted;
}

}  // namespace fairlead
