"""Images with the same bytes are found by what S3 says of them, and no others."""

import pytest

from lambdas.images.declared import Channel, Examined
from lambdas.images.equal_content import EqualContent, content_of_object
from tests.unit.images.images import declared

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


def examined(name: str, content: str | None, channel: Channel = "train") -> Examined:
    return Examined(declared(source_ref=f"s3://b/{name}", channel=channel), [], content)


def faults(*images: Examined) -> tuple[list[tuple[str, str]], int]:
    equal = EqualContent()
    found = [equal.add(each) for each in images]
    return [(each.rule.code, each.message) for each in found if each], equal.unknown


def test_equal_images_of_one_channel_are_repeated() -> None:
    found, unknown = faults(examined("1", "a"), examined("2", "b"), examined("3", "a"))
    assert found == [("image-content-repeated", '"s3://b/3" has the same bytes as "s3://b/1"')]
    assert unknown == 0


def test_equal_images_across_the_split_are_a_leak() -> None:
    found, _ = faults(examined("1", "a"), examined("2", "a", "validation"))
    assert found == [
        (
            "image-content-in-both",
            '"s3://b/2" in validation has the same bytes as "s3://b/1" in train',
        )
    ]


def test_one_image_on_two_lines_is_for_the_rules_of_the_manifest() -> None:
    assert faults(examined("1", "a"), examined("1", "a", "validation")) == ([], 0)


def test_images_of_which_s3_tells_nothing_are_counted() -> None:
    assert faults(examined("1", None), examined("2", None)) == ([], 2)
