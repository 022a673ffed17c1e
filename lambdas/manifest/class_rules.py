"""Rules about class names and ids, on one line and over the manifest."""

from lambdas.manifest.rule import BOX_OUTPUT, GOOD_PRACTICE, OBJECT_DETECTION, Rule

CLASS_RULES = (
    Rule(
        code="class-map-invalid",
        severity="error",
        title="The class-map is no map from ids to names",
        template="class-map {problem}",
        fix='Write class-map as an object from class id to name, such as {"0": "dog"}; '
        "names have 1 to 256 characters.",
        source=BOX_OUTPUT,
    ),
    Rule(
        code="class-id-unnamed",
        severity="error",
        title="A class id without a name",
        template="box {box}: class_id {found} is not in this line's class-map",
        fix="Add the class to the line's class-map, or correct the id.",
        source=BOX_OUTPUT,
    ),
    Rule(
        code="class-name-conflict",
        severity="error",
        title="One class id, two names",
        template="class {id} is {name} here, but {first} on line {first_line}",
        fix="Give each class one id in the whole manifest. Manifests of jobs with different label "
        "lists can't be joined without renumbering: training ignores names and would mix them.",
        source=BOX_OUTPUT,
        scope="manifest",
    ),
    Rule(
        code="class-name-repeated",
        severity="warning",
        title="Two class ids, one name",
        template="{name} is the name of the classes {ids}; the network will learn them apart",
        fix="Renumber the boxes to one id if they mean the same thing.",
        source=GOOD_PRACTICE,
        scope="manifest",
    ),
    Rule(
        code="class-ids-with-gaps",
        severity="warning",
        title="Class ids with gaps",
        template="ids {missing} are never used; num_classes is {num_classes}, the highest id + 1",
        fix="None needed: the network gets outputs that it never learns. Renumber to save them.",
        source=OBJECT_DETECTION,
        scope="manifest",
    ),
    Rule(
        code="class-missing-in-train",
        severity="warning",
        title="A class that can't be learned",
        template="{count} classes have no box in the train channel: {names}",
        fix="Label more images of these classes, or change the split.",
        source=GOOD_PRACTICE,
        scope="manifest",
    ),
    Rule(
        code="class-missing-in-validation",
        severity="warning",
        title="A class that can't be measured",
        template="{count} classes have no box in the validation channel: {names}",
        fix="Label more images of these classes, or raise validation_fraction.",
        source=GOOD_PRACTICE,
        scope="manifest",
    ),
    Rule(
        code="class-imbalance",
        severity="warning",
        title="Classes strongly out of balance",
        template="{most} has {most_boxes} boxes, {least} only {least_boxes}",
        fix="Label more images of the rare classes, or leave the class out.",
        source=GOOD_PRACTICE,
        scope="manifest",
    ),
)
