# shellcheck shell=bash
# A Docker Engine for deploy/quickstart on a machine where none runs: started on the usual socket, with data
# of its own, and taken away again without a trace. To be sourced, with `state` set to the folder for its data.
: "${state:?the folder for the state}"

engine_socket=/var/run/docker.sock
engine_exec_root=/run/fairlead-quickstart
engine_cgroup=fairlead-quickstart

engine_answers() { "$(docker_client)" version >/dev/null 2>&1; }

engine_is_ours() { is_running engine; }

# What dockerd changes on the machine and does not put back when it ends.
remember_network_settings() {
  # Kept from an earlier start, when that engine ended without being stopped here.
  [[ ! -e $state/forward_policy ]] || return 0
  cat /proc/sys/net/ipv4/ip_forward >"$state/ip_forward"
  iptables -S FORWARD 2>/dev/null | head -n 1 >"$state/forward_policy"
  [[ -e /etc/docker/key.json ]] || touch "$state/no_key"
}

start_engine() {
  if engine_answers; then
    if engine_is_ours; then note "our Docker Engine still runs"; else note "a Docker Engine runs already"; fi
    return
  fi
  [[ -z ${DOCKER_HOST:-} ]] || die "no Docker Engine answers at DOCKER_HOST=$DOCKER_HOST; start it, or unset DOCKER_HOST"
  note "none runs: starting dockerd (log: ${state#"$top"/}/engine.log)"
  remember_network_settings
  rm -f "$state/dockerd.pid"
  start_process engine dockerd --host "unix://$engine_socket" --pidfile "$state/dockerd.pid" \
    --data-root "$state/engine" --exec-root "$engine_exec_root" \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$engine_cgroup"
  await 60 engine engine_answers
}

# Takes dockerd's chains, and the rules that lead to them, out of `iptables` or `ip6tables`.
remove_engine_rules() {
  local policy rules
  rules=$("$1-save" 2>/dev/null | sed -E '/DOCKER|docker0/d')
  policy=$(awk '{ print $3 }' "$state/forward_policy")
  if [[ $1 = iptables && $policy = ACCEPT ]]; then
    rules=${rules/:FORWARD DROP/:FORWARD ACCEPT}
  fi
  "$1-restore" <<<"$rules" 2>/dev/null
}

# Where / is no shared mount, dockerd mounts its data on itself, and may leave that.
unmount_engine() {
  local mounted
  while read -r mounted; do
    umount -l "$mounted" || true
  done < <(awk -v folder="$state/engine" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r)
}

remove_engine_cgroups() {
  find /sys/fs/cgroup -depth -type d -path "/sys/fs/cgroup/*$engine_cgroup*" -exec rmdir {} + 2>/dev/null || true
}

remove_all_containers() {
  local containers
  mapfile -t containers < <("$(docker_client)" ps -aq)
  [[ ${#containers[@]} -eq 0 ]] || "$(docker_client)" rm -f "${containers[@]}" >/dev/null
  "$(docker_client)" network prune -f >/dev/null
}

# Nothing if none was started here. One that has ended by itself leaves things behind too.
stop_engine() {
  [[ -e $state/engine.pid ]] || return 0
  note "stopping the Docker Engine that was started here, with its containers"
  if engine_is_ours; then remove_all_containers; fi
  stop_process engine
  ip link delete docker0 2>/dev/null || true
  remove_engine_rules iptables
  remove_engine_rules ip6tables
  cat "$state/ip_forward" >/proc/sys/net/ipv4/ip_forward
  [[ ! -e $state/no_key ]] || rm -f /etc/docker/key.json
  remove_engine_cgroups
  unmount_engine
  rm -rf "$engine_exec_root" "$engine_socket"
  # What it and its containerd make for everyone: gone, unless somebody else's things are in it.
  rmdir /run/docker/plugins /run/docker /run/containerd/s /run/containerd 2>/dev/null || true
}
