"""The policy pack: `pulumi preview --policy-pack policy`, which is what `make preview` does."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError
from rules import RULES, UNKNOWN, Resource, Rule

# No rule judges these, and they are most of what Tekton's releases bring: half a second of a preview.
UNJUDGED = ":CustomResourceDefinition"


def _plain(value: Any) -> Any:
    """Returns plain dicts and lists. The SDK gives up a policy where it meets what a preview cannot know."""
    if isinstance(value, Mapping):
        return {key: _at(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_at(value, index) for index in range(len(value))]
    return value


def _at(place: Any, key: Any) -> Any:
    try:
        return _plain(place[key])
    except UnknownValueError:
        return UNKNOWN


def _policy(rule: Rule) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type.endswith(UNJUDGED):
            return
        for violation in rule(Resource(args.resource_type, _plain(args.props), pulumi.get_stack())):
            report(violation)

    return ResourceValidationPolicy(
        name=rule.__name__.replace("_", "-"),
        description=(rule.__doc__ or "").partition("\n")[0],  # what the CLI says above each violation
        validate=validate,
    )


PolicyPack(
    "tekton-builds",
    policies=[_policy(rule) for rule in RULES],
    enforcement_level=EnforcementLevel.MANDATORY,
)
