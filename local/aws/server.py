"""Serves ministack on the loopback interface from a background thread."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local.aws.process_environment import HOST

_START_SECONDS = 30.0


def listening_socket(port: int | None) -> socket.socket:
    """Bind a socket to ``port`` on the loopback interface, or to any free port.

    Raises:
        OSError: the port is taken.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port or 0))
    except OSError as error:
        bound.close()
        raise OSError(f"the embedded AWS cannot listen on {HOST}:{port}: {error}") from error
    return bound


class Server:
    """One ASGI application on one bound socket, which becomes the server's to close."""

    def __init__(self, application: Any, bound: socket.socket) -> None:
        self._application = application
        self._socket = bound
        self._address = bound.getsockname()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="embedded-aws", daemon=True)

    def start(self) -> None:
        """Return when connections are accepted.

        Raises:
            RuntimeError: the server did not come up.
        """
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._accepts_connections():
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"the embedded AWS did not start: {self._failure!r}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Finish open requests and release the port."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(timeout=10)

    async def _stopped(self) -> None:
        await self._stop.wait()

    def _run(self) -> None:
        config = Config()
        config.bind = [f"fd://{self._socket.detach()}"]
        config.loglevel = "ERROR"
        config.graceful_timeout = 1
        config.shutdown_timeout = 2
        try:
            self._loop.run_until_complete(
                serve(self._application, config, shutdown_trigger=self._stopped, mode="asgi")
            )
        except BaseException as failure:  # noqa: BLE001 - reported by the thread that waits
            self._failure = failure
        finally:
            self._loop.close()

    def _accepts_connections(self) -> bool:
        try:
            with socket.create_connection(self._address, timeout=0.2):
                return True
        except OSError:
            return False
