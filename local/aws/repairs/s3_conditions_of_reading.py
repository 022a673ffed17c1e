"""S3 on the embedded AWS: reading takes more than ``s3:GetObject``, a key's use and who pays."""

from __future__ import annotations

import uuid
from typing import Any

from local.aws.repairs.authorization import denial
from local.aws.repairs.patching import Patches, ministack, require

_FORBIDDEN = 403
_KMS = "aws:kms"
_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


class S3ConditionsOfReading:
    """Repair of GetObject and HeadObject under a KMS key and in a Requester Pays bucket.

    - The caller needs ``kms:Decrypt`` for the key, by way of S3 (user guide,
      UsingKMSEncryption.html, "Permissions"); else S3 answers 403 with KMS's words, as on AWS in
      ministryofjustice/modernisation-platform#11726.
    - A caller of another account than the bucket's has to send ``x-amz-request-payer``, else 403
      (user guide, RequesterPaysBuckets.html); "Access Denied" is all that S3 says then
      (aws/aws-cli#2557). Bucket owners need not send it (API reference, API_GetObject.html).

    Writing under a key, copying, and keys that are disabled are left as they are.
    """

    def install(self, patches: Patches) -> None:
        """Put the repair around the service."""
        handlers, service = ministack("app").SERVICE_HANDLERS, ministack("services.s3")
        for seam in ("_bucket_owner_account", "_bucket_request_payment_config"):
            require(hasattr(service, seam), f"services.s3.{seam}")
        handle = handlers["s3"]

        async def answer(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
            bucket, _, key = path.lstrip("/").partition("/")
            if method not in ("GET", "HEAD") or not key:
                return await handle(method, path, headers, body, query)
            caller = ministack("core.responses").get_account_id()
            if _leaves_the_bill(caller, bucket, headers):
                return _refused("Access Denied", method, headers)
            answered = await handle(method, path, headers, body, query)
            denied = _key_denied(answered, caller, headers, query)
            return _refused(denied, method, headers) if denied else answered

        patches.put(handlers, "s3", answer)


def _leaves_the_bill(caller: str, bucket: str, headers: Any) -> bool:
    """Return whether a stranger reads from a Requester Pays bucket without agreeing to pay."""
    service = ministack("services.s3")
    owner = service._bucket_owner_account(bucket)
    if owner in (None, caller) or headers.get("x-amz-request-payer") == "requester":
        return False
    configuration = service._bucket_request_payment_config.get_scoped(owner, None, bucket)
    return "<Payer>Requester</Payer>" in (configuration or "")


def _key_denied(answered: Any, caller: str, headers: Any, query: Any) -> str | None:
    """Return KMS's words if the caller may not use the key of the object that is answered."""
    found = answered[1]
    if answered[0] >= 300 or found.get("x-amz-server-side-encryption") != _KMS:
        return None
    evaluator, responses = ministack("core.iam_evaluator"), ministack("core.responses")
    region = responses.get_region()
    # The request's account has become the bucket's meanwhile.
    with responses.request_scope(caller, region):
        denied = evaluator.enforce(
            ministack("core.router").extract_access_key_id(headers, query),
            "kms:Decrypt",
            "kms",
            region,
            resource_arn=found[_KEY],
            service_context={"kms:ViaService": f"s3.{region}.amazonaws.com"},
        )
        return denial(evaluator.caller_arn(), "kms:Decrypt", found[_KEY]) if denied else None


def _refused(message: str, method: str, headers: Any) -> Any:
    _, answer_headers, body = ministack("core.iam_actions").access_denied_response(
        "s3",
        "GetObject",
        "",
        str(uuid.uuid4()),
        error_code="AccessDenied",
        message=message,
        headers=headers,
    )
    return _FORBIDDEN, answer_headers, b"" if method == "HEAD" else body
