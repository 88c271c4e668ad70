"""README.md, docs/commands.md and docs/getting-started.md: the sandbox, its commands, and another cluster."""

from dataclasses import replace

from tests.docs import checks
from tests.docs.checks import YES
from tests.docs.session import Script, Step

SECRET_ANSWERS = ((r"value.*:", "a-secret\r"),)
PREVIEWED = ["Nobody is logged in", "TkeCluster", "EventListener", "ingress-nginx", r"\d+ to create"]
ROTATED = ["takes the old secret and a new one", "the old secret is taken no more"]
LOCKED = ["releases.yaml has them now; commit it"]
DELETED = [r"\d+ deleted"]
# The tests would run themselves: that they are found is all that is asked of them here.
COLLECT = {"PYTEST_ADDOPTS": "--collect-only --quiet --quiet"}


SET = (
    "pulumi config set --path cluster.kind existing",
    "pulumi config set --path cluster.kubeconfig path/to/kubeconfig",
    "pulumi config set --path registry.server ghcr.io",
    "pulumi config set --path registry.namespace OWNER",
    "pulumi config set --path 'repositories[0].url' https://github.com/OWNER/NAME.git",
    "pulumi config set --path 'repositories[0].branches[0]' main",
    "pulumi config set --path 'repositories[0].images[0].name' frontend",
    "pulumi config set --path 'repositories[0].images[0].context' frontend",
    "pulumi config set registryUsername NAME",
)

UP = Step(prints=["^webhooks   http://", r"^commands   \. \.sandbox/env", "^a build    make push"])
PUSHED = ["done      2 images of the pushed commit are in the registry"]

README = Script(
    steps={
        "make up": replace(UP, then=checks.relock),
        "make push": Step(prints=PUSHED, then=checks.pushed_here),
        "make down": Step(then=checks.sandbox_is_absent),
    }
)

COMMANDS = Script(
    steps={
        ". .sandbox/env": Step(),
        "pulumi preview": Step(prints=[r"\d+ unchanged"]),
        "pulumi up": Step(answers=YES, prints=[r"\d+ unchanged"]),
        "pulumi stack output hooks_url": Step(
            prints=[r"^http://[0-9.]+/hooks"], then=checks.outputs_of_the_sandbox
        ),
        "tkn pipelinerun list --namespace builds": Step(prints=[r"github-run-\w+ .*Succeeded"]),
        "make preview": Step(prints=[r"Policies:", r"\d+ unchanged"]),
        "make drift": Step(),
        "make cost": Step(
            prints=["Tencent Cloud bills nothing of stack sandbox", "volume of the default class"]
        ),
        "make kubeconfig": Step(prints=["has the context tekton-builds-sandbox", r"\bReady\b"]),
        "make webhook": Step(prints=["delivers its pushes to http://.*/hooks; a test was answered with 202"]),
        "make explain COMMIT=SHA": Step(
            prints=["^push      {SHA} to main", "^run .*succeeded", "^image ", "^logs "]
        ),
        "make redeliver": Step(prints=["no push is missing"]),
        "make rotate": Step(prints=ROTATED),
        "make lock": Step(online=True, prints=LOCKED),
        "make mirror TO=REGISTRY/PATH": Step(fails=None, then=checks.mirrored),
        "make status": Step(prints=["ok"]),
        "make check": Step(environment={"MYPY_CACHE_DIR": "{MYPY_CACHE}"}),
        "make test": Step(environment=COLLECT),
        "make test-slow": Step(environment=COLLECT),
        "make test-long": Step(environment=COLLECT),
        "make bench": Step(
            environment={"ONLY": "previews", "QUICK": "1"}, prints=[r"preview of 1 repository: "]
        ),
    }
)

GETTING_STARTED = Script(
    steps={
        "make up": UP,
        "make push": Step(prints=PUSHED),
        ". .sandbox/env": Step(),
        "tkn pipelinerun list --namespace builds": Step(prints=[r"github-run-\w+ .*Succeeded"]),
        "make destroy": Step(prints=DELETED),
        "make preview STACK=dev": Step(
            in_text=True,
            online=True,
            prints=PREVIEWED,
        ),
        "pulumi stack init own": Step(new_shell=True, prints=["Created stack 'own'"]),
        **dict.fromkeys(SET, Step()),
        "pulumi config set --secret registryPassword": Step(answers=SECRET_ANSWERS),
        "make up STACK=own": Step(answers=YES, prints=[r"hooks_url +: \"http://[0-9.]+/hooks\""]),
        "make destroy STACK=own": Step(answers=YES, prints=DELETED),
        "make down": Step(),
        "make clean": Step(environment={"TEKTON_BUILDS_CACHE": "{CACHE}"}, then=checks.clean),
    }
)
