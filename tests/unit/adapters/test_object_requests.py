"""Requests to S3 go to the right host, over TLS, signed as botocore signs them."""

import re

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials

from lambdas.adapters.object_requests import Endpoint, ObjectRequests

AWS = Endpoint("https://s3.eu-west-1.amazonaws.com")


@pytest.mark.parametrize(
    ("endpoint", "bucket", "place"),
    [
        (AWS, "images", ("images.s3.eu-west-1.amazonaws.com", "/a%20b/%C3%BC.jpg")),
        (AWS, "my.images", ("s3.eu-west-1.amazonaws.com", "/my.images/a%20b/%C3%BC.jpg")),
        (
            Endpoint("https://s3.cn-north-1.amazonaws.com.cn"),
            "images",
            ("images.s3.cn-north-1.amazonaws.com.cn", "/a%20b/%C3%BC.jpg"),
        ),
        (Endpoint("http://127.0.0.1:1"), "images", ("127.0.0.1:1", "/images/a%20b/%C3%BC.jpg")),
    ],
)
def test_an_object_is_where_s3_has_it(
    endpoint: Endpoint, bucket: str, place: tuple[str, str]
) -> None:
    assert endpoint.place(bucket, "a b/ü.jpg") == place


def test_only_this_machine_is_spoken_to_without_tls() -> None:
    assert AWS.secure
    assert not Endpoint("http://localhost:4566").secure
    with pytest.raises(ValueError, match="not an https URL"):
        Endpoint("http://s3.eu-west-1.amazonaws.com")


@pytest.mark.parametrize("token", ["a token", None])
@pytest.mark.parametrize("key", ["1.jpg", "a//b/../ü + 100%~.jpg"])
def test_a_request_is_signed_as_botocore_signs_it(
    token: str | None, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = ObjectRequests(AWS, "eu-west-1", ReadOnlyCredentials("key", "secret", token))
    authority, path = AWS.place("images", key)
    ours = dict(requests.signed(authority, path, 0, 16_384).result(timeout=60).headers)

    theirs = AWSRequest("GET", f"https://{authority}{path}", {"range": "bytes=0-16383"})
    theirs.context["timestamp"] = ours["X-Amz-Date"]
    signer = S3SigV4Auth(Credentials("key", "secret", token), "s3", "eu-west-1")
    theirs.headers["X-Amz-Content-SHA256"] = signer.payload(theirs)
    theirs.headers["Host"] = authority
    theirs.headers["X-Amz-Date"] = ours["X-Amz-Date"]
    if token:
        theirs.headers["X-Amz-Security-Token"] = token
    theirs.context["signing"] = {}
    text = signer.string_to_sign(theirs, signer.canonical_request(theirs))
    assert signature(ours["Authorization"]) == signer.signature(text, theirs)


def signature(authorization: str) -> str:
    found = re.search("Signature=([0-9a-f]{64})", authorization)
    assert found is not None
    return found[1]
