"""What a user can put right."""


class Mistake(Exception):
    """One sentence for the user."""
