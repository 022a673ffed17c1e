"""Starts functions before they are first invoked, as provisioned concurrency does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable

from local.aws.repairs.patching import ministack


class WarmFunctions:
    """Starts one worker after the other, beside whatever else goes on."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, names: Iterable[str]) -> None:
        """Begin to start the functions of these names, in this order."""
        thread = threading.Thread(target=self._run, args=(tuple(names),), daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Start no more, and wait for what is being started."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, names: tuple[str, ...]) -> None:
        for name in names:
            if self._stopped.is_set():
                return
            # What cannot be started says so when it is invoked.
            with contextlib.suppress(Exception):
                _warm(name)


def _warm(name: str) -> None:
    runtime = ministack("core.lambda_runtime")
    function = ministack("services.lambda_svc")._functions[name]
    worker, _reason = runtime.acquire_worker(name, function["config"], function["code_zip"])
    try:
        runtime.ensure_spawned(worker)
    finally:
        runtime.release_worker(worker)
