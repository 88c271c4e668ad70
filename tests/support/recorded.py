"""Runs Pulumi code against a recorder instead of an engine, and keeps everything that it registered.

Every run has its own event loop and leaves the runtime as it found it: a loop that outlives its test is
what makes Pulumi's mocks hang in the next one.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pulumi
from pulumi.runtime import mocks, settings
from pulumi.runtime.config import CONFIG, set_all_config

PROJECT, STACK = "tekton-builds", "test"
SECRET_MARK = "4dabf18193072939515e22adb298388d"
OUTPUTS: dict[str, dict[str, Any]] = {
    "kubernetes:core/v1:Service": {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}},
    "random:index/randomPassword:RandomPassword": {
        "result": "generated-password",
        "bcryptHash": "generated-hash",
    },
}


@dataclass(frozen=True)
class Registered:
    """One resource. `inputs` are as the engine would get them: secrets are marked."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    provider: str
    parent: str
    dependencies: tuple[str, ...]
    custom: bool
    urn: str
    deleted_with: str
    alias_types: tuple[str, ...]
    """Types of the aliases that the program names."""
    alias_urns: tuple[str, ...]
    """Those that it names by their URN."""
    ignored: tuple[str, ...]
    """Inputs whose changes are ignored."""
    error_hooks: tuple[str, ...]
    """Who is asked whether it is tried again."""

    @property
    def component(self) -> bool:
        return not self.custom

    @property
    def kubernetes(self) -> bool:
        return self.custom and self.type.startswith("kubernetes:")

    @property
    def released(self) -> bool:
        """Whether a release's manifest has it, and no component of ours."""
        return "tekton-builds:kube:Objects" in self.parent or self.type.endswith(":ClusterInterceptor")

    def plain(self) -> Any:
        """The inputs without the marks."""
        return plain(self.inputs)


@dataclass
class Recorder(pulumi.runtime.Mocks):
    """Answers as little as possible: outputs are the inputs, and OUTPUTS where a test reads more."""

    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: OUTPUTS)
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of look-ups, by their token."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        made = self.outputs.get(args.typ, {})
        if args.typ == "random:index/randomBytes:RandomBytes":
            made = {"hex": sha256(args.name.encode()).hexdigest()}  # no two are the same
        if args.typ == "pulumi:index:Stash":
            made = {"output": args.inputs["input"]}  # of a first run
        return f"{args.name}-id", {**args.inputs, **made}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        if args.token == "pulumi:pulumi:readStackOutputs" and args.token not in self.answers:
            return {"outputs": {}}  # a new stack
        if args.token not in self.answers:
            raise AssertionError(f"the program asks {args.token}, and a preview has no answer")
        return dict(self.answers[args.token])


class Monitor(mocks.MockMonitor):
    """Pulumi's own monitor of mocks forgets parents and dependencies."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder)
        self.registered: list[Registered] = []

    def RegisterResource(self, request: Any) -> Any:
        if request.type != "pulumi:pulumi:Stack":
            self.registered.append(
                Registered(
                    type=request.type,
                    name=request.name,
                    inputs=mocks.rpc.deserialize_properties(request.object),
                    provider=request.provider or dict(request.providers).get("kubernetes", ""),
                    parent=request.parent,
                    dependencies=tuple(request.dependencies),
                    custom=bool(request.custom) or request.remote,
                    urn=self.make_urn(request.parent, request.type, request.name),
                    deleted_with=request.deletedWith,
                    alias_types=tuple(alias.spec.type for alias in request.aliases),
                    alias_urns=tuple(alias.urn for alias in request.aliases if alias.urn),
                    ignored=tuple(request.ignoreChanges),
                    error_hooks=tuple(request.hooks.on_error),
                )
            )
        return super().RegisterResource(request)


@dataclass(frozen=True)
class Export:
    """One stack output."""

    value: Any
    secret: bool


@dataclass(frozen=True)
class Recording:
    """What a run registered, logged and exported."""

    resources: list[Registered]
    logged: list[str]
    exports: Mapping[str, Export]

    def one(self, kind: str, name: str, namespace: str | None = None) -> Registered:
        """The resource with this last part of its type and this metadata.name, in a namespace or in any."""
        found = [
            one
            for one in self.resources
            if one.type.endswith(f":{kind}")
            and (meta := one.plain().get("metadata", {})).get("name") == name
            and namespace in (None, meta.get("namespace"))
        ]
        assert len(found) == 1, f"{kind} {name} should be there once, but is there {len(found)} times"
        return found[0]

    def before(self, one: Registered) -> set[str]:
        """The URNs of all that must be there first, however far."""
        by_urn = {other.urn: other for other in self.resources}
        found: set[str] = set()
        left = list(one.dependencies)
        while left:
            urn = left.pop()
            if urn not in found:
                found.add(urn)
                left += by_urn[urn].dependencies if urn in by_urn else ()
        return found

    def own(self, kind: str) -> list[Any]:
        """The plain inputs of all of this kind that no release brings."""
        return [one.plain() for one in self.all(kind) if not one.released]

    def all(self, kind: str) -> list[Registered]:
        return [one for one in self.resources if one.type.endswith(f":{kind}")]


def record(
    body: Callable[[], Any],
    *,
    config: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    preview: bool = False,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
) -> Recording:
    """Runs `body` as a Pulumi program with this configuration; raises what it raises."""
    given = {**(config or {}), **(secrets or {})}
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recorder = Recorder(answers=answers or {})
    monitor, log = Monitor(recorder), _Log()
    before = CONFIG.get()
    try:
        pulumi.runtime.set_mocks(
            recorder, project=PROJECT, stack=STACK, preview=preview, monitor=monitor, logger=log
        )
        set_all_config(
            {
                f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
                for key, value in given.items()
            },
            [f"{PROJECT}:{key}" for key in secrets or {}],
        )
        exports: dict[str, Export] = {}

        async def collect() -> None:
            for name, value in getattr(pulumi.runtime.get_root_resource(), "outputs", {}).items():
                output = pulumi.Output.from_input(value)
                exports[name] = Export(await output.future(), await output.is_secret())

        def program() -> Any:
            body()
            return collect()

        pulumi.runtime.test(program)()
        return Recording(monitor.registered, log.messages, exports)
    finally:
        CONFIG.set(before)
        settings.reset_options()
        loop.close()


def plain(value: Any) -> Any:
    """A value without the marks of secrets."""
    if isinstance(value, Mapping):
        if SECRET_MARK in value:
            return plain(value["value"])
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


class _Log(logging.Logger):
    def __init__(self) -> None:
        super().__init__("pulumi")
        self.messages: list[str] = []

    def handle(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.INFO:
            self.messages.append(record.getMessage())
