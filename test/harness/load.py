"""A constant rate of requests through a proxy while something happens. See test/bench/load.cc."""

import json
import pathlib
from typing import List, Optional

from harness import paths
from harness.envoy import Envoy
from harness.fairlead import HTTP_PORT
from harness.process import Process


class Load:
    """Starts at once; as a context manager it is stopped at the end of the block."""

    def __init__(self, envoy: Envoy, host_name: str, folder: pathlib.Path, rate: int = 200) -> None:
        arguments = [
            paths.load(),
            f"--to={envoy.ip}:{HTTP_PORT}",
            f"--host={host_name}",
            f"--rate={rate}",
        ]
        self._process = Process("load", arguments, folder)
        self.result: Optional[dict] = None

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> dict:
        """What became of the requests."""
        if self.result is None:
            self._process.stop(seconds=40)
            self.result = json.loads(self._process.output())
        return self.result

    @property
    def failed(self) -> List[dict]:
        return self.stop()["failed"]

    @property
    def containers(self) -> dict:
        """Short id: how many requests it answered."""
        return self.stop()["containers"]
