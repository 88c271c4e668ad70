"""What the modelled region sells."""

TYPES = {
    "S5.MEDIUM8": (2, 8),
    "SA2.MEDIUM8": (2, 8),
    "S5.LARGE16": (4, 16),
}
"""Cores and GiB of an instance type."""
