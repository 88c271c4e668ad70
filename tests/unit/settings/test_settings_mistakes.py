"""The sentence that each mistake in a stack's settings gets."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.settings.loading import Given, refusal


def _set(*path: str | int, to: Any) -> Callable[[Given], None]:
    def change(given: Given) -> None:
        place: Any = given
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = to

    return change


IMAGE = ("repositories", 0, "images", 0)
MIRROR = "https://mirror.example.com"
TKE = {"kind": "tke", "apiCidrs": ["100.64.7.0/24"]}
MISTAKES = {
    "a shared buildkitd without buildkit": (
        _set("builder", to={"kind": "docker", "buildkitdVolumeGib": 50}),
        "builder is {'kind': 'docker', 'buildkitdVolumeGib': 50}, but must have kind buildkit "
        "when it has buildkitdVolumeGib",
    ),
    "volumes that TKE's disks cannot have": (
        lambda given: given.update(cluster=TKE, runs={"volumeGib": 15}, builder={"buildkitdVolumeGib": 25}),
        "runs.volumeGib is 15 and builder.buildkitdVolumeGib is 25, but must be a multiple of 10, as the "
        "disks of TKE are: a volume of another size is never made",
    ),
    "a mirror that Docker does not know": (
        _set("builder", to={"kind": "docker", "registryMirrors": {"quay.io": MIRROR}}),
        f"builder is {{'kind': 'docker', 'registryMirrors': {{'quay.io': '{MIRROR}'}}}}, but must have kind "
        "buildkit when it has registryMirrors of quay.io: Docker's daemon has mirrors of docker.io alone",
    ),
    "a path that Docker does not know": (
        _set("builder", to={"kind": "docker", "registryMirrors": {"docker.io": f"{MIRROR}/hub"}}),
        f"builder is {{'kind': 'docker', 'registryMirrors': {{'docker.io': '{MIRROR}/hub'}}}}, but must have "
        "registryMirrors without a path when its kind is docker",
    ),
    "a mirror without a scheme": (
        _set("builder", to={"registryMirrors": {"docker.io": "mirror.example.com"}}),
        "builder.registryMirrors.docker.io is 'mirror.example.com', but must be http:// or https:// and "
        "HOST, HOST:PORT or HOST/PATH in lower case, without a slash at its end",
    ),
    "no text for a mirror": (
        _set("builder", to={"registryMirrors": {"docker.io": 5}}),
        "builder.registryMirrors.docker.io is 5, but must be text: mirror that is asked first for the images "
        "of FROM lines: {docker.io: https://HOST/PATH}",
    ),
    "no host": (
        _set("builder", to={"registryMirrors": {"https://docker.io": MIRROR}}),
        "builder.registryMirrors.https://docker.io is 'https://docker.io', but must be HOST or HOST:PORT, "
        "without a scheme",
    ),
    "an unknown key": (
        _set("registri", to="x"),
        "registri is no setting; known are: cluster, ingress, dashboard, registry, repositories, builder, "
        "runs, webhook, commitStatus, networkPolicies, "
        "acceptSecretsReadable, images, mirror, releaseMirror, releaseLock, requireLocked, "
        "registryUsername, gitUsername, gitKnownHosts",
    ),
    "an unknown key inside": (
        _set(*IMAGE, "contekst", to="x"),
        "repositories[0].images[0].contekst is no setting; known are: name, context, dockerfile",
    ),
    "a missing key": (
        lambda given: given["registry"].pop("server"),
        "registry.server is missing: host of the registry, as ghcr.io or registry.example.com:5000",
    ),
    "a missing section": (
        lambda given: given.pop("repositories"),
        "repositories is missing: what is built: [{url, branches, namespace, tags, images: [{name, context, "
        "dockerfile}], submodules, submoduleUrls, lfs, changedImagesOnly}]",
    ),
    "an unknown kind": (
        _set("cluster", "kind", to="kind"),
        "cluster.kind is 'kind', but must be 'existing' or 'tke'",
    ),
    "no kind": (
        lambda given: given["cluster"].pop("kind"),
        "cluster.kind is missing: it must stand there first, as the other keys depend on it",
    ),
    "a key of another kind": (
        _set("cluster", "region", to="ap-hongkong"),
        "cluster.region is no setting; known are: kind, kubeconfig, context, adopt",
    ),
    "no range of addresses": (
        _set("cluster", to={"kind": "tke", "apiCidrs": ["10.0.0.1/16"]}),
        "cluster.apiCidrs[0] is '10.0.0.1/16', but must be an IPv4 range by its first address, "
        "as 10.0.0.0/16",
    ),
    "no region": (
        _set("cluster", to={"kind": "tke", "apiCidrs": ["10.0.0.0/16"], "region": "Hong Kong"}),
        "cluster.region is 'Hong Kong', but must be a region of Tencent Cloud, as ap-hongkong",
    ),
    "a secret before the first": (
        _set("webhook", to={"acceptPrevious": True}),
        "webhook is {'acceptPrevious': True}, but must have a secretVersion above 1 with acceptPrevious: "
        "there is none before the first",
    ),
    "a host where a range is asked for": (
        _set("builder", to={"egressCidrs": ["registry.example.com"]}),
        "builder.egressCidrs[0] is 'registry.example.com', but must be an IPv4 range by its first address, "
        "as 10.0.0.0/16",
    ),
    "a host where a listed range is asked for": (
        _set("builder", to={"egress": [{"cidr": "10.0.0.9/24", "ports": [443]}]}),
        "builder.egress[0].cidr is '10.0.0.9/24', but must be an IPv4 range by its first address, "
        "as 10.0.0.0/16",
    ),
    "a port that is none": (
        _set("builder", to={"egress": [{"cidr": "10.0.0.9/32", "ports": [0]}]}),
        "builder.egress[0].ports[0] is 0, but must be at least 1",
    ),
    "a scheme in a host": (
        _set("registry", "server", to="https://ghcr.io"),
        "registry.server is 'https://ghcr.io', but must be HOST or HOST:PORT, without a scheme",
    ),
    "text for a truth value": (
        _set("registry", "insecure", to="yes"),
        "registry.insecure is 'yes', but must be true or false: true: plain HTTP",
    ),
    "a text for a section": (
        _set("registry", to="ghcr.io"),
        "registry is 'ghcr.io', but must be a mapping of keys: where images go: {server, namespace, "
        "insecure}",
    ),
    "a section for a list": (
        _set("repositories", to={"url": "x"}),
        "repositories is {'url': 'x'}, but must be a list: what is built: "
        "[{url, branches, namespace, tags, images: [{name, context, dockerfile}], submodules, submoduleUrls, "
        "lfs, changedImagesOnly}]",
    ),
    "no repository": (
        _set("repositories", to=[]),
        "repositories is [], but needs at least one entry",
    ),
    "no image": (
        _set("repositories", 0, "images", to=[]),
        "repositories[0].images is [], but needs at least one entry",
    ),
    "an image twice": (
        _set("repositories", 0, "images", to=[{"name": "app"}, {"name": "app"}]),
        "repositories[0].images is [{'name': 'app'}, {'name': 'app'}], but must have every name once, "
        "and app stands there more than once",
    ),
    "a name that is no task's": (
        _set(*IMAGE, "name", to="Front End"),
        "repositories[0].images[0].name is 'Front End', but must be 1 to 40 lower-case letters, digits and "
        "dashes",
    ),
    "a context outside": (
        _set(*IMAGE, "context", to="../other"),
        "repositories[0].images[0].context is '../other', but must be a relative path inside the repository, "
        "of letters, digits and . _ / @ + -",
    ),
    "a substitution of Tekton's": (
        _set(*IMAGE, "dockerfile", to="$(context.taskRun.name)"),
        "repositories[0].images[0].dockerfile is '$(context.taskRun.name)', but must be a relative path "
        "inside "
        "the repository, of letters, digits and . _ / @ + -",
    ),
    "a whole ref": (
        _set("repositories", 0, "branches", to=["refs/heads/*"]),
        "repositories[0].branches[0] is 'refs/heads/*', but must be the exact name of a branch, without "
        "refs/heads/ and without a pattern",
    ),
    "a password in a URL": (
        _set("repositories", 0, "url", to="https://me:secret@git.example.com/a/b.git"),
        "repositories[0].url is 'https://***@git.example.com/a/b.git', but must be a clone URL as "
        "https://HOST/OWNER/NAME.git, without user name or password",
    ),
    "an image that moves": (
        _set("images", to={"git": "docker.io/alpine/git:latest"}),
        "images.git is 'docker.io/alpine/git:latest', but must name an image by an exact tag or a digest, "
        "and never by `latest`",
    ),
    "an image without a tag": (
        _set("images", to={"git": "registry.example.com:5000/git"}),
        "images.git is 'registry.example.com:5000/git', but must name an image by an exact tag or a digest, "
        "and never by `latest`",
    ),
    "a mirror with a path": (
        _set("releaseMirror", to="https://mirror.example.com/tekton"),
        "releaseMirror is 'https://mirror.example.com/tekton', but must be empty, or http:// or https:// and "
        "a "
        "host, without a path",
    ),
    "no kubeconfig at all": (
        lambda given: given["cluster"].pop("kubeconfig"),
        "cluster.kubeconfig is missing: give the path of a kubeconfig, or its contents with "
        "`pulumi config set --secret kubeconfig`",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_sentence_with_the_key_its_value_and_what_is_allowed(
    given: Given, change: Callable[[Given], Any], sentence: str
) -> None:
    change(given)
    assert refusal(given) == [sentence]


def test_all_mistakes_are_told_at_once(given: Given) -> None:
    given["registry"]["server"] = "https://ghcr.io"
    given["cluster"]["kind"] = "kind"
    assert len(refusal(given)) == 2, "one run of the preview should be enough to see them all"
