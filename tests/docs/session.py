"""A page as one session: what it tells people to type, typed in its order, as it stands there."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.docs.pages import Piece, pieces
from tests.docs.shell import Result, Shell

if TYPE_CHECKING:
    from tests.docs.world import World

Values = dict[str, str]
LAST = 6000  # characters of the output in an error


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is known of a command beforehand."""

    prints: Sequence[str] = ()
    """What it prints, as regular expressions; {NAME} is a value."""
    fails: bool | None = False
    """Whether the page says, or a person's answer makes, that it ends with an error; None: `then` decides."""
    answers: Sequence[tuple[str, str]] = ()
    """Questions, as regular expressions, and what a person answers, in the order in which they come."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What stands for words of this command, beside those of PLACEHOLDERS; {NAME} as above."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of this command alone: what makes it shorter, and never another."""
    online: bool = False
    """Whether this command, in a shell of the machine's own, meets the hosts that cannot be reached."""
    in_text: bool = False
    """Run where the text names it; else only a block or the first cell of a row is typed."""
    new_shell: bool = False
    """The page says so."""
    seconds: float = 900
    then: Callable[["Session", Result], None] | None = None
    """Looks at what it has done."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """A page: every command that is typed, by its text, and the files that its blocks of settings go into."""

    steps: Mapping[str, Step]
    settings: Sequence[str] = ()
    """A file of the clone for each block of settings, in their order."""


class Session:
    """One page in one clone. `environments`: of the first shell, and of each that the page makes people take
    after it.
    """

    def __init__(
        self, world: "World", page: str, clone: Path, environments: Sequence[Callable[[], Mapping[str, str]]]
    ) -> None:
        self.world, self.page, self.clone = world, page, clone
        self.values = world.values
        """What stands for words of the page, by name; steps add to them."""
        self.results: list[Result] = []
        self._script = world.scripts[page]
        self._log = world.folder / f"{Path(page).stem}.log"  # pages may share a clone
        self._remaining = [piece for piece in pieces(clone, page) if self._is_typed(piece)]
        self._settings = iter(self._script.settings)
        self._environments = iter(environments)
        self._shell = self._next_shell()

    def _is_typed(self, piece: Piece) -> bool:
        if piece.kind == "text":
            step = self._script.steps.get(piece.text)
            return step is not None and step.in_text
        return True

    def _next_shell(self) -> Shell:
        return Shell(self.clone, next(self._environments)(), self._log)

    def close(self) -> None:
        self._shell.__exit__()

    def run(self, until: str = "") -> None:
        """Types all that is left, or what comes before this command. Raises AssertionError."""
        while self._remaining and (not until or self._remaining[0].text != until):
            piece = self._remaining.pop(0)
            if piece.kind == "settings":
                self._write(piece)
            else:
                self._type(piece)

    def _type(self, piece: Piece) -> None:
        step = self._script.steps[piece.text]
        if step.new_shell:
            self._shell.__exit__()
            self._shell = self._next_shell()
        command = self.filled(replaced(piece.text, step.words))
        variables = {**step.environment, **(self.world.online if step.online else {})}
        for name, value in variables.items():
            self.type(f"was_{name}=${{{name}-}}; export {name}={shlex.quote(self.filled(value))}")
        result = self.type(command, step.answers, step.seconds)
        for name in variables:
            self.type(f'{name}=$was_{name}; [ "${name}" ] || unset {name}')
        self.results.append(result)
        assert step.fails in (None, bool(result.code)), (
            f"{piece} ended with {result.code}:\n{result.output[-LAST:]}"
        )
        for pattern in step.prints:
            assert re.search(self.filled(pattern), result.output, re.MULTILINE), (
                f"{piece} should have said {self.filled(pattern)!r}:\n{result.output[-LAST:]}"
            )
        if step.then:
            step.then(self, result)

    def type(self, command: str, answers: Sequence[tuple[str, str]] = (), seconds: float = 300) -> Result:
        """In the shell as it is now."""
        filled = [(question, self.filled(answer)) for question, answer in answers]
        return self._shell.type(command, filled, seconds)

    def filled(self, text: str) -> str:
        """With the values in the place of their names."""
        return re.sub(r"\{([A-Z_]+)\}", lambda name: self.values[name.group(1)], text)

    def _write(self, piece: Piece) -> None:
        """A whole file, or settings of a file that is there."""
        file = self.clone / next(self._settings)
        block: dict[str, Any] = yaml.safe_load(piece.text)
        if "config" in block or not file.name.startswith("Pulumi."):
            file.write_text(replaced(piece.text, {}), encoding="utf-8")
        else:
            set_in(file, block)


# Words of the pages that stand for something of the reader's.
PLACEHOLDERS = {
    "A.B.C.D/32": "{HOST}/32",
    "OWNER": "example",
    "OTHER": "other",
    "NAME": "shop",
    "USER": "somebody",
    "SHA": "{SHA}",
    "KEY": "{KEY}",
    "URN": "{URN}",
    "BUCKET-APPID": "builds-1250000000",
    "REGISTRY/PATH": "{REGISTRY}/mirror",
    "registry.example.com/mirror": "{REGISTRY}/mirror",
    "path/to/kubeconfig": ".sandbox/kubeconfig",
}


def replaced(text: str, values: Mapping[str, str]) -> str:
    """With what the reader would put in; the longest names first."""
    every = {**PLACEHOLDERS, **values}
    names = sorted(every, key=len, reverse=True)
    pattern = "|".join(rf"(?<![A-Za-z_]){re.escape(name)}(?![A-Za-z_=])" for name in names)
    return re.sub(pattern, lambda word: every[word.group()], text)


def set_in(file: Path, settings: Mapping[str, Any]) -> None:
    """Settings of a stack's file, beside its own; mappings are completed."""
    content = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    config = content.setdefault("config", {})
    for key, value in settings.items():
        current = config.get(key)
        config[key] = {**current, **value} if isinstance(current, dict) and isinstance(value, dict) else value
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def timings(sessions: Sequence[Session]) -> Iterator[str]:
    """A line a page, and below it what took longest."""
    for session in sessions:
        yield f"{session.page}: {sum(result.seconds for result in session.results):.0f} s"
        for result in sorted(session.results, key=lambda result: -result.seconds)[:6]:
            yield f"    {result.seconds:6.1f} s  {result.command}"
