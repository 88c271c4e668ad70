"""What a user can put right."""


class Mistake(Exception):
    """One sentence a line, for the user."""
