from lambdas.manifest.counts.class_names import ClassNames


def test_names_that_only_look_alike_are_spelled_out() -> None:
    names = ClassNames()
    names.merge({0: "caf\u00e9"}, 1)
    conflict = names.merge({0: "cafe\u0301"}, 2)
    assert conflict is not None
    assert "(spelled 'cafe\\u0301')" in conflict.message
    assert "(spelled 'caf\\xe9')" in conflict.message
