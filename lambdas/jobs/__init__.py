"""Pure: any SageMaker job of an execution, as it is named, started once, awaited and closed."""
