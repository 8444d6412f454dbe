#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clients/cli/table.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// Parts of listings that several share. Pure.

// "a,b,c", or "a,b,c +4 more" if it is not to be `whole`.
std::string ListCell(const google::protobuf::RepeatedPtrField<std::string>& items, bool whole);

// "IP:PORT", "[IPv6]:PORT".
std::string SocketAddress(absl::string_view ip, uint32_t port);

// Time since `timestamp`, or `absent` if it is not set (`is_set`).
std::string AgeCell(bool is_set, const google::protobuf::Timestamp& timestamp, absl::Time now,
                    absl::string_view absent);

// A count that is worth a colour only if it is not zero.
Cell CountCell(uint64_t count, Tone tone);

// Requests a second; "-" if no proxy ever reported any.
std::string RateCell(uint64_t requests, double requests_per_second);

// An enumerator's name for people: "NOT_SENT" is "NOT SENT".
std::string Words(absl::string_view enumerator);

}  // namespace fairlead
