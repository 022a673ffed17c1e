"""Examines images in S3, many at a time; ``gt-train validate --check-images`` calls it."""

import random
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVarTuple

from awscrt.exceptions import AwsCrtError

from lambdas.adapters.image_response import Passing, Response
from lambdas.adapters.manifest_objects import split_uri
from lambdas.adapters.object_requests import ObjectRequests, stay_entered
from lambdas.errors import ServiceUnavailable
from lambdas.images.answer import Span
from lambdas.images.examination import Examination, Examine
from lambdas.images.examined import Examined
from lambdas.manifest.line.declared_image import DeclaredImage

if TYPE_CHECKING:
    from awscrt.http import HttpClientConnection, HttpRequest

Given = TypeVarTuple("Given")

CONNECTIONS = 64
"""At once. S3 answers in some 30 ms, so that they make 2,000 reads a second: a third of what a
prefix stands (userguide/optimizing-performance.html), and more than a Lambda's CPU examines."""

MOST_TRIES = 8
LONGEST_WAIT = 5.0
FIRST_WAIT = 0.05

HANDED_OVER = 50
"""Images examined that are handed over together."""

SILENCE = 30.0
"""Seconds without any answer after which all connections are opened anew."""


def examine_objects(
    images: Iterable[DeclaredImage],
    examine: Examine,
    requests: ObjectRequests,
    connections: int = CONNECTIONS,
) -> Generator[Examined]:
    """Examine images in S3 and yield each as it is done, in no order.

    What passes, such as S3 slowing reads down or a connection breaking off, is tried again. Raises
    ``ServiceUnavailable`` if it does not pass: it says nothing about the image. Images are taken
    from the iterable as connections become free, on a thread of the runtime's.
    """
    work = _Work(images, examine, requests, connections)
    lanes = [_Lane(work) for _ in range(connections)]
    try:
        for lane in lanes:
            lane.begin()
        yield from _done(work, lanes)
    finally:
        work.stopped = True
        for lane in lanes:
            lane.hang_up()


def _done(work: "_Work", lanes: list["_Lane"]) -> Iterator[Examined]:
    answers = 0
    while True:
        try:
            result = work.results.get(timeout=SILENCE)
        except Empty:
            if work.answers == answers:
                for lane in lanes:
                    lane.hang_up()
            answers = work.answers
            continue
        if result is None:
            return
        if isinstance(result, Exception):
            raise result
        yield from result


class _Work:
    """What the lanes share: the images that are left, and what came of those before.

    results: lists of images, since handing over each by itself would wake two threads in turn; an
    exception ends all of the work; None follows the last list. answers: how many there were so far.
    """

    def __init__(
        self,
        images: Iterable[DeclaredImage],
        examine: Examine,
        requests: ObjectRequests,
        lanes: int,
    ) -> None:
        self.requests = requests
        self.results: SimpleQueue[list[Examined] | Exception | None] = SimpleQueue()
        self.stopped = False
        self.answers = 0
        self._at_work = lanes
        self._images = iter(images)
        self._examine = examine
        self._examined: list[Examined] = []
        self._lock = threading.Lock()

    def next(self) -> tuple[DeclaredImage, Examination] | None:
        """Take the next image that is left."""
        with self._lock:
            image = None if self.stopped else next(self._images, None)
        return None if image is None else (image, self._examine(image))

    def finish(self, examined: Examined) -> None:
        """Hand over an image that was examined, with others."""
        with self._lock:
            self._examined.append(examined)
            if len(self._examined) >= HANDED_OVER:
                self._hand_over()

    def leave(self) -> None:
        """Count a lane that found no image left."""
        with self._lock:
            self._at_work -= 1
            if not self._at_work:
                self._hand_over()
                self.results.put(None)

    def _hand_over(self) -> None:
        self.results.put(self._examined)
        self._examined = []


def _step(act: "Callable[[_Lane, *Given], None]") -> "Callable[[_Lane, *Given], None]":
    """Make a callback whose exception ends all of the work; the runtime would swallow it."""

    def step(lane: "_Lane", *given: *Given) -> None:
        try:
            act(lane, *given)
        except Exception as error:  # noqa: BLE001 - raised where the work is waited for
            lane.work.results.put(error)

    return step


class _Lane:
    """Examines one image after the other over a connection of its own.

    Each step begins the next one and returns; the runtime's thread calls that once it can go on.
    """

    def __init__(self, work: _Work) -> None:
        self.work = work
        self._connection: HttpClientConnection | None = None
        self._connected_to = ""

    @_step
    def begin(self) -> None:
        """Take the next image and ask for its first bytes."""
        taken = self.work.next()
        if taken is None:
            self.work.leave()
            return
        image, self._examination = taken
        self._authority, self._path = self.work.requests.place(*split_uri(image.source_ref))
        self._ask(next(self._examination))

    def hang_up(self) -> None:
        """Close the connection; what is under way on it fails, and is tried again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _ask(self, span: Span) -> None:
        self._span = span
        self._tries = 0
        self._try()

    @_step
    def _try(self) -> None:
        self._tries += 1
        signed = self.work.requests.signed(self._authority, self._path, *self._span)
        signed.add_done_callback(self._signed)

    @_step
    def _signed(self, signed: "Future[HttpRequest]") -> None:
        self._request = signed.result()
        connection = self._connection
        if connection is None or not connection.is_open() or self._connected_to != self._authority:
            self.hang_up()
            self.work.requests.connect(self._authority).add_done_callback(self._connected)
        else:
            self._send(connection)

    @_step
    def _connected(self, connected: "Future[HttpClientConnection]") -> None:
        stay_entered()
        try:
            self._connection = connected.result()
        except AwsCrtError as error:
            self._try_again(f"{self._authority}: {error}")
            return
        self._connected_to = self._authority
        self._send(self._connection)

    def _send(self, connection: "HttpClientConnection") -> None:
        self._response = response = Response()
        try:
            stream = connection.request(self._request, response.begin, response.add)
            stream.completion_future.add_done_callback(self._ended)
            stream.activate()
        except (AwsCrtError, RuntimeError) as error:  # S3 closed the connection just now
            self._try_again(str(error))

    @_step
    def _ended(self, ended: "Future[int]") -> None:
        self.work.answers += 1
        try:
            ended.result()
            answer = self._response.answer(self._span)
        except (AwsCrtError, Passing) as error:
            self._try_again(str(error))
            return
        try:
            span = self._examination.send(answer)
        except StopIteration as finished:
            self.work.finish(finished.value)
            self.begin()
        else:
            self._ask(span)

    def _try_again(self, reason: str) -> None:
        if self.work.stopped:
            return
        if self._tries == MOST_TRIES:
            raise ServiceUnavailable(
                f"{self._path} could not be read in {MOST_TRIES} tries. The last one: {reason}"
            )
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2**self._tries)
        timer = threading.Timer(random.uniform(0, longest), self._try)  # noqa: S311 - no secret
        timer.daemon = True
        timer.start()
