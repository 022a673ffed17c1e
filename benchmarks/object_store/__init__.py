"""A small S3 on this machine, over TLS, for the benchmarks."""
