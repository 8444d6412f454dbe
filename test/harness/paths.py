"""Where things are. FAIRLEAD_BIN names a folder laid out as bazel-bin; without it Bazel is asked."""

import functools
import glob
import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
DOCKER_HOSTS = TOP / "test" / "tools" / "docker-hosts"
# Debian's client, which fits Debian's engine, before any other one.
DOCKER = "/usr/bin/docker" if os.access("/usr/bin/docker", os.X_OK) else "docker"


@functools.lru_cache(maxsize=None)
def bin_folder() -> pathlib.Path:
    folder = os.environ.get("FAIRLEAD_BIN")
    if not folder:
        command = ["bazel", "info", "--config=opt", "bazel-bin"]
        folder = subprocess.run(
            command, cwd=TOP, check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()
    return pathlib.Path(folder)


def server() -> str:
    return str(bin_folder() / "server" / "fairlead-server")


def agent() -> str:
    return str(bin_folder() / "agents" / "fairlead-agent")


def fairlead() -> str:
    return str(bin_folder() / "clients" / "cli" / "fairlead")


def fake_agent() -> str:
    return str(bin_folder() / "test" / "fakes" / "agent" / "fake_agent_main")


def web() -> str:
    return str(bin_folder() / "deploy" / "demo" / "web")


def load() -> str:
    return str(bin_folder() / "test" / "bench" / "load")


def start_latency() -> str:
    return str(bin_folder() / "test" / "bench" / "start_latency")


def fanout_client() -> str:
    return str(bin_folder() / "test" / "bench" / "fanout_client")


def fanout_floor() -> str:
    return str(bin_folder() / "test" / "bench" / "fanout_floor")


def fanout_hosts() -> str:
    return str(bin_folder() / "test" / "bench" / "fanout_hosts")


@functools.lru_cache(maxsize=None)
def envoy() -> str:
    """Envoy's binary: FAIRLEAD_ENVOY, or the one that deploy/quickstart and test/run install."""
    binary = os.environ.get("FAIRLEAD_ENVOY")
    if binary:
        return binary
    found = glob.glob(str(TOP / ".cache/envoy/lib/python3*/site-packages/envoy/_bin/envoy"))
    if not found:
        raise RuntimeError(
            "there is no Envoy in .cache/envoy: call test/run or deploy/quickstart first"
        )
    return found[0]
