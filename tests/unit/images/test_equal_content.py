"""What S3 says of an object tells whether others have the same bytes, or nothing."""

import pytest

from lambdas.images.equal_content import content_of_object

MD5 = "d41d8cd98f00b204e9800998ecf8427e"


@pytest.mark.parametrize(
    ("etag", "encryption"), [(f'"{MD5}"', "AES256"), (f'"{MD5}"', ""), (f'"{MD5}-12"', "AES256")]
)
def test_what_s3_hashed_tells_equal_from_other(etag: str, encryption: str) -> None:
    known = content_of_object(etag, 7, encryption)
    assert known is not None
    assert known == content_of_object(etag, 7, "AES256")
    assert known != content_of_object(etag, 8, encryption)
    assert known != content_of_object(etag.replace("d41d", "0000"), 7, encryption)


@pytest.mark.parametrize("encryption", ["aws:kms", "aws:kms:dsse", "aws:fsx"])
def test_an_etag_under_another_encryption_tells_nothing(encryption: str) -> None:
    assert content_of_object(f'"{MD5}"', 7, encryption) is None


def test_an_etag_under_a_customers_key_tells_nothing() -> None:
    assert content_of_object(f'"{MD5}"', 7, "AES256", customer_key=True) is None


@pytest.mark.parametrize("etag", ["", '"any"', f'"{MD5[:-1]}"', f'"{MD5}-"'])
def test_an_etag_of_another_form_tells_nothing(etag: str) -> None:
    assert content_of_object(etag, 7, "AES256") is None
