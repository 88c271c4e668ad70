"""Rules for the images that a stack runs."""

import re
from collections.abc import Iterator
from typing import Any

from .parameters import substitute
from .resource import DATA, Resource, walk

# Their releases name every image by digest, so one without is not the release's.
# Not by their namespaces: other things may stand there, too.
RELEASED = ("ingress-nginx", "tekton-dashboard", "tekton-pipelines", "tekton-triggers")
CONTAINERS = {
    *("container", "containers", "initContainers", "ephemeralContainers"),
    *("steps", "sidecars", "stepTemplate"),  # Tekton's
}
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def exact_images(resource: Resource) -> Iterator[str]:
    """Every image is named by a digest, or by an exact tag where no release says its digest."""
    if not resource.kind or resource.kind in DATA:
        return
    released = resource.at("metadata", "labels", "app.kubernetes.io/part-of") in RELEASED
    for image in _images(resource):
        # A preview or a run knows more.
        if not isinstance(image, str) or not image or "$(" in image or DIGEST.search(image):
            continue
        if released:
            yield f"the image {image} has no digest, and its release names every image by one"
        elif moves(image):
            yield f"the image {image} is another one tomorrow: it needs a digest or an exact tag"


def moves(image: str) -> bool:
    """True when a reference without a digest may lead to another image some day.

    A tag without any digit, as `stable` or `main`, names a line of versions and no version; so does `latest`
    with anything before or after it.
    """
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2].lower()
    return not re.search(r"\d", tag) or "latest" in re.split(r"[-_.]", tag)


def _images(resource: Resource) -> Iterator[Any]:
    """Images of containers, and of volumes with an image's files; parameters have their defaults."""
    for key, place in walk(substitute(resource.props)):
        # A StepAction is a step, and has no list of them.
        step = resource.kind == "StepAction" and key == "spec"
        if key in CONTAINERS or step:
            yield place.get("image")
        elif key == "image":
            yield place.get("reference")
