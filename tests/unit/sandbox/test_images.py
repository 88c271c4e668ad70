"""Images are made of their content alone, in the forms that `ctr` and docker-registry read."""

import hashlib
import json
import os
import tarfile
from pathlib import Path

import pytest

from sandbox.images import layer as layers
from sandbox.images import recipes, tekton, userland
from sandbox.images.catalog import RECIPES, REGISTRY_IMAGES
from sandbox.images.image import Image
from sandbox.images.layer import Layer
from sandbox.toolchain.pins import BY_NAME


def _layer(path: Path, source: Path) -> Layer:
    with Layer(path) as layer:
        layer.folder("tmp", mode=0o1777)
        layer.file("usr/bin/program", source)
        layer.link("bin/sh", "busybox")
        layer.text("etc/passwd", "root:x:0:0::/:/bin/sh\n")
    return layer


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program"
    path.write_text("a program")
    return path


def test_the_same_files_make_the_same_image_whenever_they_were_written(tmp_path: Path, program: Path) -> None:
    digests = []
    for number in (1, 2):
        os.utime(program, (number, number))
        image = Image(layers=[_layer(tmp_path / f"layer{number}", program)])
        image.write_archive(tmp_path / f"{number}.tar", ["example:1"])
        digests.append(hashlib.sha256((tmp_path / f"{number}.tar").read_bytes()).hexdigest())
    assert digests[0] == digests[1], "a digest that changes makes every node pull again"


def test_a_layer_has_owners_modes_links_and_the_parents_of_everything(tmp_path: Path, program: Path) -> None:
    _layer(tmp_path / "layer", program)
    with tarfile.open(tmp_path / "layer") as tar:
        entries = {entry.name: entry for entry in tar.getmembers()}
    assert entries["tmp"].mode == 0o1777, "any user may write there"
    assert entries["usr/bin"].isdir()
    assert entries["bin/sh"].linkname == "busybox"
    assert {entry.mtime for entry in entries.values()} == {layers.MODIFIED}
    assert list(entries).index("usr") < list(entries).index("usr/bin/program"), "a folder precedes its files"


def test_a_layers_digest_and_size_are_those_of_its_file(tmp_path: Path, program: Path) -> None:
    layer = _layer(tmp_path / "layer", program)
    data = (tmp_path / "layer").read_bytes()
    assert layer.digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert layer.size == len(data)


def test_file_capabilities_survive_into_the_layer(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = b"\x01\x00\x00\x02\x80\x00\x00\x00" + bytes(12)  # cap_setuid=ep, not UTF-8
    monkeypatch.setattr(layers.os, "getxattr", lambda path, name: value)  # type: ignore[attr-defined]
    with Layer(tmp_path / "layer") as layer:
        layer.file("usr/bin/newuidmap", program)
    with tarfile.open(tmp_path / "layer") as tar:
        headers = tar.getmember("usr/bin/newuidmap").pax_headers
    kept = headers["SCHILY.xattr.security.capability"].encode("utf-8", "surrogateescape")
    assert kept == value, "without it rootless BuildKit cannot map its users"


def test_a_tree_keeps_hard_links_and_leaves_out_what_is_to_be_skipped(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "usr").mkdir(parents=True)
    (root / "usr/a").write_text("content")
    os.link(root / "usr/a", root / "usr/b")
    (root / "usr/secret").touch()
    os.mkfifo(root / "usr/pipe")
    with Layer(tmp_path / "layer") as layer:
        layer.tree(root, skip=lambda name: name == "usr/secret")
    with tarfile.open(tmp_path / "layer") as tar:
        assert tar.getnames() == ["usr", "usr/a", "usr/b"]
        assert tar.getmember("usr/b").linkname == "usr/a"


def test_an_archive_names_its_config_its_layers_and_every_tag(tmp_path: Path, program: Path) -> None:
    image = Image(layers=[_layer(tmp_path / "layer", program)], entrypoint=["/program"], user="65535")
    image.write_archive(tmp_path / "image.tar", ["a:1", "b:1"])
    with tarfile.open(tmp_path / "image.tar") as tar:
        (manifest,) = json.loads(tar.extractfile("manifest.json").read())  # type: ignore[union-attr]
        config = json.loads(tar.extractfile(manifest["Config"]).read())  # type: ignore[union-attr]
        layer = tar.extractfile(manifest["Layers"][0]).read()  # type: ignore[union-attr]
    assert manifest["RepoTags"] == ["a:1", "b:1"]
    assert config["config"]["Entrypoint"] == ["/program"]
    assert config["config"]["User"] == "65535"
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]


def test_a_storage_tree_holds_every_blob_under_its_own_digest(tmp_path: Path, program: Path) -> None:
    image = Image(layers=[_layer(tmp_path / "layer", program)])
    digest = image.write_tree(tmp_path / "tree", "sandbox/example", "1")
    storage = tmp_path / "tree/docker/registry/v2"
    blobs = {path.parent.name: path.read_bytes() for path in storage.glob("blobs/sha256/*/*/data")}
    assert len(blobs) == 3, "manifest, config and one layer"
    for name, data in blobs.items():
        assert hashlib.sha256(data).hexdigest() == name
    tag = storage / "repositories/sandbox/example/_manifests/tags/1/current/link"
    assert tag.read_text() == digest
    manifest = json.loads(blobs[digest.removeprefix("sha256:")])
    linked = storage / "repositories/sandbox/example/_layers/sha256"
    wanted = {manifest["config"]["digest"], *(part["digest"] for part in manifest["layers"])}
    assert {f"sha256:{path.name}" for path in linked.iterdir()} == wanted, "unlinked blobs are not served"


def test_programs_that_are_one_file_are_one_file_in_the_control_planes_layer(tmp_path: Path) -> None:
    one = tmp_path / "kubernetes"
    one.write_text("multi-call")
    (tmp_path / "kube-scheduler").symlink_to(one)
    (tmp_path / "kube-apiserver").symlink_to(one)
    with Layer(tmp_path / "layer") as layer:
        names = ("kube-apiserver", "kube-scheduler")
        recipes._programs(layer, {f"usr/local/bin/{name}": tmp_path / name for name in names})
    with tarfile.open(tmp_path / "layer") as tar:
        assert tar.getmember("usr/local/bin/kube-apiserver").isreg()
        assert tar.getmember("usr/local/bin/kube-scheduler").linkname == "/usr/local/bin/kube-apiserver"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "sources.list",
            "deb [arch=amd64] http://mirror.example/debian/ bookworm main\n",
            "http://mirror.example/debian",
        ),
        ("sources.list", "# deb http://old.example/debian bookworm main\n", userland.DEFAULT_MIRROR),
        (
            "sources.list.d/x.sources",
            "Types: deb\nURIs: https://mirror.example/debian\n",
            "https://mirror.example/debian",
        ),
        ("sources.list.d/x.list", "deb https://other.example/apt stable main\n", userland.DEFAULT_MIRROR),
        ("sources.list", "deb http://security.example/debian-security x main\n", userland.DEFAULT_MIRROR),
    ],
)
def test_the_mirror_is_the_machines_own(tmp_path: Path, name: str, text: str, expected: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert userland.mirror(tmp_path) == expected


def test_manifests_get_their_version_our_shell_and_the_placeholder(tmp_path: Path) -> None:
    digest = f"sha256:{'1' * 64}"
    (tmp_path / "images.json").write_text(json.dumps({"sandbox/busybox:1.35": digest}))
    text = (
        'pipeline.tekton.dev/release: "devel"\napp.kubernetes.io/version: "devel"\nversion: "devel"\n'
        f"image: 127.0.0.1:9/tekton/x:v1@{digest}\nargs: cgr.dev/chainguard/busybox@sha256:{'2' * 64}\n"
    )
    made = tekton._finish(text, tekton.PIPELINES, "127.0.0.1:9", tmp_path)
    assert "devel" not in made
    assert "127.0.0.1" not in made, "the temporary registry is gone when the manifest is used"
    assert f"{tekton.PLACEHOLDER}/sandbox/busybox:1.35@{digest}" in made
    assert f"{tekton.PLACEHOLDER}/tekton/x:v1@{digest}" in made


def test_every_image_needs_only_what_there_is() -> None:
    names = {recipe.name for recipe in RECIPES} | set(BY_NAME) | {"debian"}
    for recipe in RECIPES:
        assert set(recipe.needs) <= names, recipe.name
    assert set(REGISTRY_IMAGES) == {recipe.name for recipe in RECIPES} - {
        "control-plane",
        "userland",
        "docker-userland",
    }


def test_an_images_key_changes_with_what_it_is_made_from() -> None:
    for recipe in RECIPES:
        assert recipe.key(["a"]) != recipe.key(["b"]), recipe.name
