"""Errors that a user can correct."""


class UserError(Exception):
    """An error that the user can correct: one sentence a line, each with what to do."""
