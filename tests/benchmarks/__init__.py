"""The benchmark: synthetic data, the same work for every server, and a table of ratios. `make bench` runs it."""
