#pragma once

#include <string>

#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// The container `number` of Compose's project "shop", service "web", as an agent tells it: it runs,
// has no HEALTHCHECK, claims shop.example (VIRTUAL_HOST), exposes 8000/tcp, and stands on the
// network shop_default with `ip`. Its id is 64 digits long and the same for the same number and
// host.
v1::Container WebContainer(const std::string& host_id, int number, const std::string& ip);

}  // namespace fairlead
