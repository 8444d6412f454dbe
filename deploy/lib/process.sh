# shellcheck shell=bash
# Processes that outlive the script that starts them, each with $state/NAME.pid and $state/NAME.log. To be
# sourced, with `state` set.
: "${state:?the folder for the state}"

# is_running NAME: it runs, and its process id has not become somebody else's.
is_running() {
  local pid started
  read -r pid started 2>/dev/null <"$state/$1.pid" || return 1
  [[ $(started_at "$pid") = "$started" ]]
}

# started_at PID: when the kernel started it; empty for none and for a zombie.
started_at() {
  awk '{ sub(/.*\) /, ""); if ($1 != "Z") print $20 }' "/proc/$1/stat" 2>/dev/null || true
}

# start_process NAME CMD...
start_process() {
  local name=$1
  shift
  setsid "$@" >"$state/$name.log" 2>&1 </dev/null &
  echo "$! $(started_at "$!")" >"$state/$name.pid"
}

# stop_process NAME: TERM, and KILL if it has not ended after 20 s.
stop_process() {
  local pid
  if is_running "$1"; then
    read -r pid _ <"$state/$1.pid"
    kill -TERM "$pid" 2>/dev/null || true
    try_for 20 has_ended "$1" || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$state/$1.pid"
}

has_ended() { ! is_running "$1"; }

# try_for SECONDS CMD...: asks CMD again and again until it is true; false when the time is over.
try_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# await SECONDS NAME CMD...: as try_for, for the process NAME; ends the script when the time is over or NAME has
# ended.
await() {
  local seconds=$1 name=$2
  shift 2
  try_for "$seconds" ended_or "$name" "$@" && is_running "$name" && return
  tail -n 5 "$state/$name.log" >&2 || true
  die "$name is not ready; above is the end of its log, ${state#"$top"/}/$name.log"
}

ended_or() {
  local name=$1
  shift
  has_ended "$name" || "$@"
}
