"""How fast and how large the evaluation is, beside other ways to get COCO's figures."""
