import pytest

from lambdas.manifest.line.classes import class_names


def codes_of(class_map: object) -> list[str]:
    _, faults = class_names({"class-map": class_map})
    return [fault.rule.code for fault in faults]


@pytest.mark.parametrize(
    ("class_map", "codes"),
    [
        ({"0": "d"}, []),
        ({"0": "d" * 256}, []),
        ({"0": "d" * 257}, ["class-map-invalid"]),
        ({"0": ""}, ["class-map-invalid"]),
        ({"0": 1}, ["class-map-invalid"]),
        ({"0": "\ud800"}, ["class-map-invalid"]),
        ({"9999": "dog"}, []),
        ({"10000": "dog"}, ["class-id-out-of-range"]),
        ({"-1": "dog"}, ["class-map-invalid"]),
        ({"00": "dog"}, ["class-map-invalid"]),
        ({"-0": "dog"}, []),
        ({"0": "dog", "-0": "dog"}, ["class-map-invalid"]),
    ],
)
def test_ids_and_names_of_a_class_map_are_held_to_their_bounds(
    class_map: object, codes: list[str]
) -> None:
    assert codes_of(class_map) == codes


def test_a_line_without_a_class_map_names_no_class() -> None:
    assert class_names({}) == (None, [])
