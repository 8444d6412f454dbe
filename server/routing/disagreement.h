#pragma once

#include <string>

#include "server/base/problem.h"
#include "server/routing/services.h"

namespace fairlead {

// What the containers of a service do not agree about: one problem about hosts and paths (an error:
// what some ask for is not done), one about ports (a notice: each gets its own). Pure.
Problems DisagreementsOf(const std::string& name, const Service& service);

}  // namespace fairlead
