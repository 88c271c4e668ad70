"""docs/: a stack on the model of Tencent Cloud, from an account to nothing, and what people do with it."""

from tests.docs import checks
from tests.docs.checks import NO, YES
from tests.docs.script_sandbox import DELETED, LOCKED, PREVIEWED, ROTATED, SECRET_ANSWERS
from tests.docs.session import Script, Step

SURE = ((r"Confirm\? \(y/N\)", "yes\r"),)
DELIVERS = ["example/shop delivers its pushes to http://.*/hooks", "GitHub's ping was answered with 20"]

LOST = (
    "pulumi up --stack dev --skip-preview -t '**TkeCluster::cluster' -t '**::cluster-state' "
    "-t '**::cluster-cloud' -t '**::cluster-network' -t '**::cluster-nodes'"
)

TKE = Script(
    settings=["Pulumi.prod.yaml", "prices.yaml"],
    steps={
        "make preview STACK=dev": Step(prints=PREVIEWED),
        "export TENCENTCLOUD_SECRET_ID=... TENCENTCLOUD_SECRET_KEY=...": Step(words={"...": "{CLOUD_KEY}"}),
        "pulumi plugin install resource tencentcloud v0.2.3 "
        "--server github://api.github.com/tencentcloudstack": Step(),
        "export AWS_ACCESS_KEY_ID=$TENCENTCLOUD_SECRET_ID "
        "AWS_SECRET_ACCESS_KEY=$TENCENTCLOUD_SECRET_KEY": Step(),
        "export AWS_REQUEST_CHECKSUM_CALCULATION=when_required "
        "AWS_RESPONSE_CHECKSUM_VALIDATION=when_required": Step(),
        "pulumi login 's3://BUCKET-APPID?region=ap-hongkong&endpoint=cos.ap-hongkong.myqcloud.com'": Step(
            prints=["Logged in to"]
        ),
        "export PULUMI_CONFIG_PASSPHRASE=...": Step(words={"...": "{PASSPHRASE}"}),
        "pulumi stack init dev": Step(prints=["Created stack 'dev'"]),
        "pulumi config set --path 'cluster.apiCidrs[0]' A.B.C.D/32": Step(),
        "pulumi config set --path registry.server ghcr.io": Step(),
        "pulumi config set --path registry.namespace OWNER": Step(),
        "pulumi config set --path 'repositories[0].url' https://github.com/OWNER/NAME.git": Step(),
        "pulumi config set registryUsername NAME": Step(),
        "pulumi config set --secret registryPassword": Step(answers=SECRET_ANSWERS),
        "make up STACK=dev": Step(answers=YES, prints=["hooks_url", "dashboard_url"], then=checks.keep),
        "make kubeconfig STACK=dev": Step(prints=["has the context tekton-builds-dev", r"\bReady\b"]),
        "make webhook STACK=dev REPO=OWNER/NAME": Step(
            environment={"GITHUB_TOKEN": "{TOKEN}"},
            prints=DELIVERS,
        ),
        "pulumi stack output dashboard_password --show-secrets": Step(in_text=True, then=checks.dashboard),
        "pulumi config set --secret cloudSecretId": Step(in_text=True, answers=SECRET_ANSWERS),
        "pulumi config set --secret cloudSecretKey": Step(in_text=True, answers=SECRET_ANSWERS),
        "make lock": Step(prints=LOCKED),
        "pulumi stack init prod": Step(prints=["Created stack 'prod'"]),
        "pulumi config set --secret gitSshKey < KEY": Step(),
        "pulumi config set --secret dashboardClientSecret": Step(answers=SECRET_ANSWERS),
        # The model's one cluster is taken: a person looks at the plan, and leaves it at that.
        "make up STACK=prod": Step(answers=NO, fails=True, prints=["EventListener", "oauth2-proxy"]),
        "make cost STACK=dev": Step(prints=["`pulumi up` would change nothing of it"], then=checks.costs),
        "make cost STACK=dev PRICES=prices.yaml": Step(
            prints=[
                r"node S5\.MEDIUM8 .* 1 USD \(the contract of 2026-11-01, 2026-11-01\)",
                r"1 of \d+ rows together: 1 to 3 USD an hour",
            ]
        ),
        LOST: Step(fails=True, prints=["was not specified in --target list"]),
        "pulumi preview --stack dev --import-file import.json": Step(then=checks.fill_in_ids),
        "pulumi import --stack dev --file import.json --protect=false --generate-code=false": Step(
            answers=YES, prints=[r"= 10 imported"]
        ),
        "pulumi config set --stack dev --path cluster.adopt true && "
        "PULUMI_K8S_ENABLE_PATCH_FORCE=true make up STACK=dev": Step(answers=YES, then=checks.brought_back),
        "pulumi config set --stack dev --path cluster.deletionProtection false && make up STACK=dev": Step(
            answers=YES, prints=[r"\d+ unchanged"], then=checks.remember
        ),
        "make destroy STACK=dev": Step(answers=YES, prints=DELETED, then=checks.nothing),
        "pulumi refresh --stack dev": Step(
            in_text=True, answers=NO, fails=True, prints=["cluster .* not found"]
        ),
        "pulumi state delete --stack dev --target-dependents URN": Step(
            in_text=True, answers=SURE, then=checks.refreshed
        ),
    },
)

GITHUB = Script(
    steps={
        "export GITHUB_TOKEN=...": Step(words={"...": "{TOKEN}"}),
        "make webhook REPO=OWNER/NAME STACK=dev": Step(
            prints=DELIVERS,
            then=checks.refusals,
        ),
        'make rotate REPO="OWNER/NAME OWNER/OTHER" STACK=dev': Step(
            prints=ROTATED,
            then=checks.keep,
        ),
        "pulumi config set --stack dev --secret statusToken": Step(answers=SECRET_ANSWERS),
        "make up STACK=dev": Step(answers=YES, then=checks.pushed),
        "pulumi stack output --stack dev hooks_url": Step(in_text=True, prints=["^http://[0-9.]+/hooks"]),
        "pulumi stack output --stack dev webhook_secret --show-secrets": Step(
            in_text=True, then=checks.secret_at_github
        ),
        "make explain COMMIT=SHA REPO=OWNER/NAME STACK=dev": Step(
            prints=["^push      {SHA} to main of example/shop", "^run ", "^logs "], then=checks.lost
        ),
        "make redeliver REPO=OWNER/NAME STACK=dev": Step(
            prints=["delivered again, run github-run-", "no push is missing"]
        ),
    }
)

ENVIRONMENTS = Script(
    steps={
        "make drift STACK=dev": Step(),
        "pulumi up --stack dev --refresh": Step(in_text=True, answers=YES, prints=[r"\d+ unchanged"]),
    }
)

BUILDER = Script(
    settings=["Pulumi.dev.yaml"] * 3,
    steps={
        "make up STACK=dev": Step(in_text=True, answers=YES, prints=["buildkitd"], then=checks.find_seed),
        "pulumi up --stack dev --replace URN": Step(
            in_text=True, answers=YES, prints=["replaced"], then=checks.keep
        ),
    },
)

CREDENTIALS = Script(
    settings=["Pulumi.dev.yaml"],
    steps={
        "pulumi stack select dev": Step(),
        "pulumi config set --secret gitSshKey/OWNER/NAME < KEY": Step(),
        "pulumi config set --secret gitSshKey/OWNER/lib < KEY": Step(),
        "pulumi config set --secret registryPassword/docker.io": Step(answers=SECRET_ANSWERS),
        "make preview STACK=dev": Step(prints=[r"Policies:", r"\d+ to create"]),
    },
)

RELEASES = Script(
    steps={
        "make lock": Step(prints=LOCKED),
        "make lock UPGRADE=NAME=VERSION": Step(
            words={"NAME=VERSION": "tekton-pipelines=v1.15.5"}, prints=["pipelines v1.15.5: [0-9a-f]{64}"]
        ),
        "make lock LOCK=PATH": Step(in_text=True, words={"PATH": "sandbox/releases.yaml"}, prints=LOCKED),
        "make mirror TO=registry.example.com/mirror STACK=dev": Step(
            in_text=True, fails=None, then=checks.mirrored
        ),
    }
)

TUTORIAL = Script(
    steps={
        "pulumi stack select dev": Step(),
        "pulumi config set --path builder.kind docker": Step(),
        "pulumi config set --path 'repositories[0].url' git@github.com:OWNER/kubernetes-example.git": Step(),
        "pulumi config set --secret gitSshKey < KEY": Step(),
        "pulumi config set registryUsername USER": Step(),
        "pulumi config set --secret registryPassword": Step(answers=SECRET_ANSWERS),
    }
)
