"""README.md: the sandbox, its commands, and a cluster of one's own."""

from tests.docs import checks
from tests.docs.checks import YES
from tests.docs.session import Script, Step

ASKED = ((r"value.*:", "a-secret\r"),)
PREVIEWED = ["Nobody is logged in", "TkeCluster", "EventListener", "ingress-nginx", r"\d+ to create"]
ROTATED = ["takes the old secret and a new one", "the old secret is taken no more"]
LOCKED = ["releases.yaml has them now; commit it"]
DELETED = [r"\d+ deleted"]
# The tests would run themselves: that they are found is all that is asked of them here.
COLLECT = {"PYTEST_ADDOPTS": "--collect-only --quiet --quiet"}


SET = (
    "pulumi config set --path cluster.kind existing",
    "pulumi config set --path cluster.kubeconfig path/to/kubeconfig",
    "pulumi config set --path ingress.kind traefik",
    "pulumi config set --path registry.server ghcr.io",
    "pulumi config set --path registry.namespace OWNER",
    "pulumi config set --path 'repositories[0].url' https://github.com/OWNER/NAME.git",
    "pulumi config set --path 'repositories[0].branches[0]' main",
    "pulumi config set --path 'repositories[0].images[0].name' frontend",
    "pulumi config set --path 'repositories[0].images[0].context' frontend",
    "pulumi config set registryUsername NAME",
)


README = Script(
    steps={
        "make up": Step(
            says=["^webhooks   http://", r"^commands   \. \.sandbox/env", "^a build    make push"],
            then=checks.relock,
            seconds=900,
        ),
        "make test": Step(environment=COLLECT),
        "make push": Step(
            says=["done      2 images of the pushed commit are in the registry"], then=checks.pushed_here
        ),
        ". .sandbox/env": Step(),
        "pulumi preview": Step(says=[r"\d+ unchanged"]),
        "pulumi up": Step(answers=YES, says=[r"\d+ unchanged"]),
        "pulumi stack output hooks_url": Step(
            says=[r"^http://[0-9.]+/hooks"], then=checks.outputs_of_the_sandbox
        ),
        "tkn pipelinerun list --namespace builds": Step(says=[r"github-run-\w+ .*Succeeded"]),
        "make preview": Step(says=[r"Policies:", r"\d+ unchanged"]),
        "make drift": Step(),
        "make bench": Step(environment={"ONLY": "previews"}, says=[r"preview of 1 repository: "]),
        "make kubeconfig": Step(says=["has the context tekton-builds-sandbox", r"\bReady\b"]),
        "make webhook": Step(says=["example delivers its pushes to http://.*; a test was answered with 202"]),
        "make explain COMMIT=SHA": Step(
            says=["^push      {SHA} to main", "run .*succeeded", "image ", "logs "]
        ),
        "make redeliver": Step(says=["no push is missing"]),
        "make lock": Step(online=True, says=LOCKED),
        "make mirror TO=REGISTRY/PATH": Step(
            says=[r"\d+ images; the stack pulls them there with .* {REGISTRY}/mirror`"]
        ),
        "make rotate": Step(says=ROTATED),
        "make status": Step(says=["ok"]),
        "make test-long": Step(environment=COLLECT),
        "make check": Step(environment={"MYPY_CACHE_DIR": "{MYPY_CACHE}"}),
        "make destroy": Step(says=DELETED),
        "make preview STACK=dev": Step(
            in_text=True,
            online=True,
            says=PREVIEWED,
        ),
        "pulumi stack init own": Step(new_shell=True, says=["Created stack 'own'"]),
        **dict.fromkeys(SET, Step()),
        "pulumi config set --secret registryPassword": Step(answers=ASKED),
        "make up STACK=own": Step(answers=YES, says=[r"hooks_url +: \"http://[0-9.]+/hooks\""], seconds=600),
        "make destroy STACK=own": Step(answers=YES, says=DELETED, seconds=600),
        "make down": Step(then=checks.gone),
        "make clean": Step(environment={"TEKTON_BUILDS_CACHE": "{CACHE}"}, then=checks.clean),
    }
)
