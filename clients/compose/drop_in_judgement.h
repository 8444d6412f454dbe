#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "deploy/images/drop_in/drop_in_settings.h"
#include "fairlead/v1/compose.pb.h"

namespace fairlead {

// What the drop-in image makes of something of nginx-proxy's.
struct Judgement {
  v1::ImportFinding::Kind kind = v1::ImportFinding::SAME;
  std::string what;
  std::string instead;  // empty: nothing to do
};

// Of one variable of the proxy's, asked of the code of those who read it: the image's first process
// (ReadDropInSettings), server and agent. A value that one of them refuses ends the container.
// `all` are the proxy's: what does not fit another's default alone, while all of them fit, is not
// refused.
Judgement JudgeVariable(const std::string& name, const std::string& value,
                        const std::map<std::string, std::string>& all);

// Whether all of them fit together; else why the container ends.
absl::Status JudgeVariables(const std::map<std::string, std::string>& variables);

// What is said where a variable is not set.
std::vector<DropInNote> NotesWithoutVariables();

// Of what is mounted at `path`; `names` are those of the files in it.
Judgement JudgeFile(const std::string& path, const std::vector<std::string>& names);

}  // namespace fairlead
