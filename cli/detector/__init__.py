"""A trained detector outside SageMaker: from ``model.tar.gz`` to ONNX, and from images to boxes."""
