"""Benchmark of the evaluation beside other ways to measure detections."""
