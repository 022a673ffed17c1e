"""The training service of the embedded AWS: SageMaker as far as the pipeline uses it."""
