"""Helpers that every command uses."""
