"""What the person who deploys the pipeline may choose: read once at synth, frozen thereafter."""
