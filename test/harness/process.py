"""A program that runs beside the test, with what it prints in files."""

import os
import pathlib
import signal
import subprocess
from typing import Optional, Sequence


class Process:
    """Starts at once. `prefix` is what it is started through, such as nsenter, which must exec it."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        log_folder: pathlib.Path,
        prefix: Sequence[str] = (),
        environment: Optional[dict] = None,
    ) -> None:
        self.name = name
        self.log_file = log_folder / f"{name}.log"
        self._output_file = log_folder / f"{name}.out"
        with open(self.log_file, "ab") as log, open(self._output_file, "wb") as output:
            self._process = subprocess.Popen(
                [*prefix, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def stop(self, seconds: float = 20.0) -> int:
        """In order: SIGTERM, and its exit status. AssertionError if it does not end."""
        if self.is_running():
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(
                    f"{self.name} did not end within {seconds} s of SIGTERM"
                ) from None
        return self._process.returncode

    def kill(self) -> None:
        """SIGKILL: it has no time for anything."""
        self._process.kill()
        self._process.wait()

    def suspend(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def output(self) -> str:
        """What it printed on standard output so far."""
        return self._output_file.read_text(errors="replace")
