#pragma once

#include <vector>

#include "fairlead/v1/stored.pb.h"
#include "server/static_resources/put.h"
#include "server/static_resources/static_resources.h"
#include "server/store/store.h"

namespace fairlead {

// Static resources in the words of the store. Pure.

// The records that `change` makes others: those of resources that differ, and all of a type whose
// given version does.
std::vector<StoredChanges::Resource> RecordsOf(const StaticResources::Changed& change);

// The puts that make what the records say. A record that is not understood is left out, with a line
// in the log.
std::vector<StaticPut> PutsOf(const std::vector<v1::StoredResource>& records);

}  // namespace fairlead
