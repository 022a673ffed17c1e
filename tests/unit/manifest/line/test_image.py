import pytest

from lambdas.manifest.line.image import image_faults


@pytest.mark.parametrize(
    ("source_ref", "codes"),
    [
        ("s3://images/1.jpg", []),
        ("s3://images/a b (1).PNG", []),
        ("s3://images/1.jpg?versionId=abc", ["source-ref-tail"]),
        ("s3://images/1.jpg ", ["source-ref-tail"]),
        ("s3://images/1.jpeg\n", ["source-ref-tail"]),
        ("s3://images/1.png#2", ["source-ref-tail"]),
        ("s3://images/1.jpg.txt", ["image-type-unsupported"]),
        ("s3://images/1", ["image-type-unknown"]),
        ("s3://images/1.jpg/2", ["image-type-unknown"]),
        ("s3:///1.jpg", ["source-ref-not-s3"]),
    ],
)
def test_what_follows_the_name_of_a_file_is_told_from_another_type(
    source_ref: str, codes: list[str]
) -> None:
    faults = image_faults({"source-ref": source_ref}, frozenset())
    assert [fault.rule.code for fault in faults] == codes
