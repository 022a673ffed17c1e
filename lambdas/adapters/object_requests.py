"""Reads of S3 objects through AWS's own C runtime, which takes an eighth of boto3's CPU a call."""

import ctypes
import os
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import boto3
from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignatureType,
    AwsSignedBodyHeaderType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import HttpClientConnection, HttpHeaders, HttpRequest
from awscrt.io import (
    ClientBootstrap,
    ClientTlsContext,
    DefaultHostResolver,
    EventLoopGroup,
    SocketOptions,
    TlsContextOptions,
    TlsVersion,
)

from lambdas.adapters import clients
from lambdas.errors import ServiceUnavailable

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

_entered = threading.local()

_AWS = (".amazonaws.com", ".amazonaws.com.cn")
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_CONNECT_TIMEOUT_MS = 5_000
_SAME_SIGNING = 30.0
"""Seconds for which requests are signed with the same time, which takes less of the CPU."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where S3 is, as boto3 knows it: ``https://s3.REGION.amazonaws.com``, or a stand-in's URL.

    Raises ``ValueError`` for one without TLS that is not on this machine.
    """

    url: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError(f"{self.url} is not an https URL")

    @property
    def secure(self) -> bool:
        """Whether it is spoken to over TLS; only a stand-in on this machine may do without."""
        return urlsplit(self.url).scheme == "https"

    def place(self, bucket: str, key: str) -> tuple[str, str]:
        """Return the authority and the path of an object.

        A bucket's name goes into the host, except one with dots, which S3's certificate does not
        cover (userguide/VirtualHosting.html), and at a stand-in, which has no host per bucket.
        """
        authority = urlsplit(self.url).netloc
        path = "/" + quote(key, safe="/~")
        if authority.endswith(_AWS) and "." not in bucket:
            return f"{bucket}.{authority}", path
        return authority, f"/{bucket}{path}"


class ObjectRequests:
    """Opens connections to S3 and signs requests for ranges of objects.

    All of it happens on one thread of the runtime's own, on which the futures' callbacks run, too.
    """

    def __init__(self, endpoint: Endpoint, region: str, credentials: "ReadOnlyCredentials") -> None:
        self._endpoint = endpoint
        self._region = region
        self._credentials = AwsCredentialsProvider.new_static(
            credentials.access_key, credentials.secret_key, credentials.token
        )
        self._sign_anew_at = 0.0
        self._bootstrap = _bootstrap()
        self._sockets = SocketOptions()
        self._sockets.connect_timeout_ms = _CONNECT_TIMEOUT_MS
        self._tls = _tls_context() if endpoint.secure else None

    def connect(self, authority: str) -> "Future[HttpClientConnection]":
        """Open a connection to the host of a bucket."""
        url = urlsplit(f"//{authority}")
        host = url.hostname or ""
        options = None
        if self._tls is not None:
            options = self._tls.new_connection_options()
            options.set_server_name(host)
        opened: Future[HttpClientConnection] = HttpClientConnection.new(
            host,
            url.port or (443 if options else 80),
            bootstrap=self._bootstrap,
            socket_options=self._sockets,
            tls_connection_options=options,
        )
        return opened

    def place(self, bucket: str, key: str) -> tuple[str, str]:
        """Return the authority and the path of an object."""
        return self._endpoint.place(bucket, key)

    def signed(self, authority: str, path: str, first: int, end: int) -> "Future[HttpRequest]":
        """Sign a request for an object's bytes from ``first`` up to, not including, ``end``."""
        request = HttpRequest(
            "GET", path, HttpHeaders([("host", authority), ("range", f"bytes={first}-{end - 1}")])
        )
        signed: Future[HttpRequest] = aws_sign_request(request, self._signing())
        return signed

    def _signing(self) -> AwsSigningConfig:
        """How requests of these seconds are signed: S3 lets a signature's time be minutes old."""
        now = time.monotonic()
        if now >= self._sign_anew_at:
            self._sign_anew_at = now + _SAME_SIGNING
            self._current_signing = AwsSigningConfig(
                algorithm=AwsSigningAlgorithm.V4,
                signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
                credentials_provider=self._credentials,
                region=self._region,
                service="s3",
                # S3's paths are signed as they are sent (API/sig-v4-header-based-auth.html).
                use_double_uri_encode=False,
                should_normalize_uri_path=False,
                signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
            )
        return self._current_signing


def object_requests() -> ObjectRequests:
    """Return requests with the endpoint, the region and the credentials that boto3 would use.

    The credentials are those of now, which the SDK renews ten minutes and more before they end.
    Raises ``ServiceUnavailable`` where there are none.
    """
    client = clients.s3()
    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise ServiceUnavailable("There are no AWS credentials to read images with.")
    return ObjectRequests(
        Endpoint(client.meta.endpoint_url),
        client.meta.region_name,
        credentials.get_frozen_credentials(),
    )


def stay_entered() -> None:
    """Keep the state that Python has of the runtime's thread, on which this is to be called.

    CPython makes that state anew whenever a thread that it did not start enters it, and drops it
    when the thread leaves again, which took a third of the CPU of a read. An entry that is never
    left keeps it (docs.python.org/3/c-api/threads.html, PyGILState_Ensure).
    """
    if not getattr(_entered, "stays", False):
        ctypes.pythonapi.PyGILState_Ensure()
        _entered.stays = True


@cache
def _bootstrap() -> ClientBootstrap:
    """Return the runtime's one thread, for all requests of a process."""
    loops = EventLoopGroup(num_threads=1)
    return ClientBootstrap(loops, DefaultHostResolver(loops))


def _tls_context() -> ClientTlsContext:
    options = TlsContextOptions()
    options.min_tls_ver = TlsVersion.TLSv1_2
    trusted = os.environ.get("AWS_CA_BUNDLE")  # as boto3 reads it
    if trusted:
        options.override_default_trust_store_from_path(None, trusted)
    return ClientTlsContext(options)
