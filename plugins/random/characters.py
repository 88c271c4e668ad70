"""Random strings by the rules of RandomString and RandomPassword."""

import secrets
import string
from dataclasses import dataclass

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_shuffler = secrets.SystemRandom()


@dataclass(frozen=True, kw_only=True)
class Characters:
    """The characters of a string: a switch and a minimum for each class.

    A minimum counts even for a class that is switched off, and an empty `override_special` means none was
    given: both as the official provider does it.
    """

    length: int
    upper: bool = True
    min_upper: int = 0
    lower: bool = True
    min_lower: int = 0
    numeric: bool = True
    min_numeric: int = 0
    special: bool = True
    min_special: int = 0
    override_special: str = ""

    def generate(self) -> str:
        """A string of `length` characters from the system's generator."""
        classes = [
            (self.upper, self.min_upper, string.ascii_uppercase),
            (self.lower, self.min_lower, string.ascii_lowercase),
            (self.numeric, self.min_numeric, string.digits),
            (self.special, self.min_special, self.override_special or SPECIAL),
        ]
        letters = [
            secrets.choice(alphabet_of_class)
            for _, minimum, alphabet_of_class in classes
            for _ in range(minimum)
        ]
        alphabet = "".join(alphabet_of_class for switch, _, alphabet_of_class in classes if switch)
        letters += [secrets.choice(alphabet) for _ in range(self.length - len(letters))]
        _shuffler.shuffle(letters)
        return "".join(letters)
