"""Measurements against other ways: `make bench`."""
