"""Costs of a stack: its billed resources and their prices."""
