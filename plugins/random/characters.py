"""Random strings by the rules of RandomString and RandomPassword."""

import secrets
import string
from dataclasses import dataclass

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_shuffler = secrets.SystemRandom()


@dataclass(frozen=True, kw_only=True)
class Characters:
    """Which characters a string has: switches for the whole, and the least number of each class.

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
        chosen = [secrets.choice(letters) for _, least, letters in classes for _ in range(least)]
        alphabet = "".join(letters for switch, _, letters in classes if switch)
        chosen += [secrets.choice(alphabet) for _ in range(self.length - len(chosen))]
        _shuffler.shuffle(chosen)
        return "".join(chosen)
