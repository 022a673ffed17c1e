"""What holds for all tests."""

import os

# Read when aws_cdk is imported: skips a check of the template that takes longer than synth itself.
# tests/infrastructure runs the app once with it.
os.environ["CDK_VALIDATION"] = "false"
