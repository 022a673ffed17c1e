"""Pure: the transform jobs that run a trained model over images, and the models they run."""
