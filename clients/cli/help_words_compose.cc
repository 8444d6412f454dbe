#include "clients/cli/help.h"

namespace fairlead {

const CommandWords kCheckWords = {
    "check",
    "what the containers of compose files would do, before they start",
    "fairlead check FILE... [flags]",
    R"(Says what the containers of compose files would do: their hosts and paths, the
cluster and port that requests go to, and why that port; and what is wrong, with
its file and line, and the cure. Needs no server and no Docker; what is said is what
the server would make of the containers. Several files are merged as by Compose's
-f A -f B; '-' is the standard input.

PUBLIC is how clients get there: https only where the host has a certificate. What
cannot be known before the start (what an image exposes) stands below the table.

Exit codes: 0 no problems; 1 problems; 2 wrong usage, or a file that cannot be read.)",
    R"(  fairlead check docker-compose.yml
  fairlead check compose.yaml compose.prod.yaml --env-file prod.env --profile web
  fairlead check compose.yaml -o json | jq '.services[].routes')",
    true};

const CommandWords kImportWords = {
    "import",
    "what would change for a user of nginx-proxy",
    "fairlead import FILE... [flags]",
    R"(Reads compose files with nginx-proxy in them and lists what changes when fairlead's
drop-in image takes its place: what to write instead, and for each variable of the
proxy, each file that it mounts and each word of the containers whether it is the
same, different or not supported, and what to do then. Needs no server and no Docker,
and changes nothing.

Exit codes: 0 all goes on as before; 1 something is different or not supported;
2 wrong usage, or a file that cannot be read; 3 there is no nginx-proxy in the files.)",
    R"(  fairlead import docker-compose.yml
  fairlead import docker-compose.yml -o wide  with what stays the same)",
    true};

}  // namespace fairlead
