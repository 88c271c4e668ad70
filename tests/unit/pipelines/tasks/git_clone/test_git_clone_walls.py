"""A login opens the repository and what its settings list, whatever URL the repository itself names."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.steps import Outcome, Step, play
from tests.unit.pipelines.tasks.git_clone.clone_step import git
from tests.unit.pipelines.tasks.git_clone.http_forge import PASSWORD, USER, HttpForge, http_forge

SECRET = "foreign-bytes"
# FORGE is the server with the login, STRANGER another one on another port of the same host.
HOSTILE = {
    "relative": "../../other/secret.git",
    "another repository of the server": "http://FORGE/other/secret.git",
    "with a user": "http://reader@FORGE/other/secret.git",
    "ssh": "ssh://git@localhost:2222/other/secret.git",
    "scp": "git@localhost:other/secret.git",
    "ext": "ext::sh -c touch% pwned",
    "file": "file://ROOT/other/secret.git",
    "a path": "ROOT/other/secret.git",
    "option": "--upload-pack=touch pwned",
    "another host": "http://STRANGER-BY-ADDRESS/team/app.git",
    "another port": "http://STRANGER/team/app.git",
    "redirect": "http://STRANGER/moved/secret.git",
    "redirect of the server's own": "http://FORGE/public/moved/secret.git",
    "upper case": "http://LOCALHOST:PORT/other/secret.git",
    "dots": "http://FORGE/team/app.git/../../other/secret.git",
    "escaped dots": "http://FORGE/team/app.git/%2e%2e/%2e%2e/other/secret.git",
    "escaped question mark": "http://FORGE/team/app.git%3f/../../other/secret.git",
}
OTHERS = {"ssh": "ssh://git@LOCALHOST:2222/team/lib.git", "scp": "git@localhost:team/lib"}


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[HttpForge]:
    with http_forge(tmp_path / "forge") as forge:
        for path in ("team/app.git", "team/lib.git", "public/lib.git"):
            forge.make(path, path)
        forge.make("other/secret.git", SECRET)
        forge.redirects["public/moved/"] = forge.url("other/")
        yield forge


@pytest.fixture
def stranger(tmp_path: Path, forge: HttpForge) -> Iterator[HttpForge]:
    with http_forge(tmp_path / "stranger") as stranger:
        stranger.redirects["moved/"] = forge.url("other/")
        yield stranger


def tip(forge: HttpForge, path: str) -> str:
    return git(forge.root / path, "rev-parse", "main")


def with_submodule(forge: HttpForge, url: str, target: str, path: str = "team/app.git") -> None:
    modules = f'[submodule "dep"]\n\tpath = dep\n\turl = "{url}"\n'
    forge.commit(path, {"file": "app", ".gitmodules": modules}, {"dep": target})


def clone(step: Step, forge: HttpForge, **params: str) -> Outcome:
    auth = step.workspace("basic-auth")
    (auth / "username").write_text(USER)
    (auth / "password").write_text(PASSWORD)
    step.task["steps"][0]["env"].append({"name": "FETCH_PAUSES", "value": ""})
    return step.run(**{"url": forge.url("team/app.git"), "revision": "main", **params})


def concrete(url: str, forge: HttpForge, stranger: HttpForge) -> str:
    return (
        url.replace("FORGE", f"localhost:{forge.port}")
        .replace("STRANGER-BY-ADDRESS", f"127.0.0.1:{stranger.port}")
        .replace("STRANGER", f"localhost:{stranger.port}")
        .replace("ROOT", str(forge.root))
        .replace("PORT", str(forge.port))
    )


def nothing_foreign(step: Step, forge: HttpForge, stranger: HttpForge) -> None:
    output = step.workspace("output")
    files = [one for one in output.rglob("*") if one.is_file()]
    assert not any(SECRET.encode() in one.read_bytes() for one in files), "the secret is in the workspace"
    objects = [one for one in output.rglob("objects") if one.is_dir()]
    for one in objects:
        found = subprocess.run(
            ["git", f"--git-dir={one.parent}", "cat-file", "-e", tip(forge, "other/secret.git")],
            capture_output=True,
            check=False,
            timeout=30,
        )
        assert found.returncode != 0, f"the foreign commit is in {one}"
    assert stranger.logins == [], "another server was sent the login"
    assert not [one for one in forge.logins if not one.startswith(("team/app.git/", "team/lib.git/"))], (
        "the login was sent for a repository that it is not for"
    )
    assert not list(step.folder.rglob("pwned")), "a part of the URL was executed"


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_submodule_gets_neither_login_nor_content(
    step: Step, forge: HttpForge, stranger: HttpForge, kind: str
) -> None:
    url = concrete(HOSTILE[kind], forge, stranger)
    with_submodule(forge, url, tip(forge, "other/secret.git"))
    done = clone(step, forge, loginUrls=forge.url("team/lib.git"))
    assert "team/app.git/git-upload-pack" in forge.logins, f"the login's own repository: {done.err}"
    nothing_foreign(step, forge, stranger)
    assert done.code != 0, "an image would be built without what it needs"
    assert "git-clone: " in done.err
    if kind in OTHERS:
        assert f"{url}, as {forge.url('other/secret.git')} is not public" in done.err, "which of them it is"


@pytest.mark.parametrize("kind", ["ssh", "scp", "http", "relative"])
def test_a_listed_submodule_is_fetched_in_whatever_form_its_url_is(
    step: Step, forge: HttpForge, kind: str
) -> None:
    others = {**OTHERS, "http": forge.url("team/lib.git"), "relative": "../lib.git"}
    with_submodule(forge, others[kind], tip(forge, "team/lib.git"))
    done = clone(step, forge, loginUrls=forge.url("team/lib.git"))
    assert done.code == 0, done.err
    assert (step.workspace("output") / "dep" / "file").read_text() == "team/lib.git"
    done = clone(step, forge)
    assert done.code != 0, "it is private and not listed"
    assert "submoduleUrls" in done.err, "the reader must learn the setting"


@pytest.mark.parametrize("url", ["public/lib.git", "ssh://git@localhost:2222/public/lib.git"])
def test_a_public_submodule_needs_no_listing_and_is_sent_no_login(
    step: Step, forge: HttpForge, url: str
) -> None:
    url = url if "://" in url else forge.url(url)
    with_submodule(forge, url, tip(forge, "public/lib.git"))
    done = clone(step, forge)
    assert done.code == 0, done.err
    assert (step.workspace("output") / "dep" / "file").read_text() == "public/lib.git"
    assert not [one for one in forge.logins if one.startswith("public/")]


def test_a_listed_submodules_own_submodule_is_walled_too(
    step: Step, forge: HttpForge, stranger: HttpForge
) -> None:
    with_submodule(forge, "../../other/secret.git", tip(forge, "other/secret.git"), "team/lib.git")
    with_submodule(forge, "../lib.git", tip(forge, "team/lib.git"))
    done = clone(step, forge, loginUrls=forge.url("team/lib.git"))
    assert (step.workspace("output") / "dep" / "file").read_text() == "app"
    assert done.code != 0
    nothing_foreign(step, forge, stranger)


@pytest.mark.parametrize("asks_first", [False, True])
def test_a_redirect_takes_no_login_along(
    step: Step, forge: HttpForge, stranger: HttpForge, asks_first: bool
) -> None:
    forge.asks_first = asks_first
    forge.redirects["team/app.git"] = forge.url("other/secret.git")
    assert clone(step, forge).code != 0
    nothing_foreign(step, forge, stranger)


# git-lfs sends the login of origin to every URL of origin's scheme and host: getCredURLForAPI of its lfsapi.
LFS = """#!{python}
import os, shlex, subprocess, sys, urllib.request, urllib.error, base64
from urllib.parse import urlsplit
if sys.argv[1] != "pull":
    sys.exit()
def config(*words):
    return subprocess.run(["git", "config", *words], capture_output=True, text=True).stdout.strip()
origin = config("remote.origin.url")
url = config("lfs.url") or config("--file", ".lfsconfig", "lfs.url") or origin + "/info/lfs"
where = urlsplit(url)
if where.scheme not in ("http", "https"):
    host, path = (where.netloc, where.path) if where.scheme == "ssh" else url.split(":", 1)
    host, _, port = host.partition(":")
    words = [*(["-p", port] if port else []), "--", host, f"git-lfs-authenticate {{path}} download"]
    done = subprocess.run(["sh", "-c", os.environ.get("GIT_SSH_COMMAND", "false") + " " + shlex.join(words)])
    sys.exit(done.returncode)
mine = urlsplit(origin)
asked = mine if (mine.scheme, mine.netloc) == (where.scheme, where.netloc) else where
text = f"protocol={{asked.scheme}}\\nhost={{asked.netloc}}\\npath={{asked.path.lstrip('/')}}\\n\\n"
told = subprocess.run(["git", "credential", "fill"], input=text, capture_output=True, text=True).stdout
login = dict(line.split("=", 1) for line in told.splitlines())
request = urllib.request.Request(url + "/objects/batch", data=b"{{}}")
if "password" in login:
    pair = base64.b64encode(f"{{login['username']}}:{{login['password']}}".encode()).decode()
    request.add_header("Authorization", "Basic " + pair)
try:
    content = urllib.request.build_opener(urllib.request.ProxyHandler({{}})).open(request).read()
except urllib.error.URLError as error:
    sys.exit(str(error))
open("from-lfs", "wb").write(content)
"""


@pytest.fixture
def lfs(step: Step, forge: HttpForge, tmp_path: Path) -> None:
    """git-lfs, as far as logins go; and a content at each repository."""
    folder = tmp_path / "bin"
    folder.mkdir()
    play(folder, "git-lfs", LFS.format(python=sys.executable))
    step.path = f"{folder}:{step.path}"
    for path in ("team/app.git", "team/lib.git", "public/lib.git", "other/secret.git"):
        text = SECRET if path == "other/secret.git" else path
        (forge.root / path / "lfs-content").write_text(text)


@pytest.mark.usefixtures("lfs")
@pytest.mark.parametrize("kind", sorted(set(HOSTILE) - {"relative"}))
def test_a_hostile_lfsconfig_gets_neither_login_nor_content(
    step: Step, forge: HttpForge, stranger: HttpForge, kind: str
) -> None:
    url = concrete(HOSTILE[kind], forge, stranger)
    forge.commit("team/app.git", {"file": "app", ".lfsconfig": f'[lfs]\n\turl = "{url}/info/lfs"\n'})
    done = clone(step, forge, lfs="true", loginUrls=forge.url("team/lib.git"))
    assert "team/app.git/git-upload-pack" in forge.logins, f"the login's own repository: {done.err}"
    assert not [one for one in forge.logins if "info/lfs" in one], "the login was sent to a foreign LFS"
    nothing_foreign(step, forge, stranger)
    assert done.code != 0
    assert "cannot fetch the files in Git LFS" in done.err


@pytest.mark.usefixtures("lfs")
@pytest.mark.parametrize("repository", ["team/app", "team/lib"])
@pytest.mark.parametrize(
    "form",
    ["ssh://git@localhost:2222/NAME.git", "ssh://git@localhost/NAME", "git@localhost:NAME.git", "HTTP/NAME"],
)
def test_every_form_of_the_address_of_a_repository_is_the_same_lfs(
    step: Step, forge: HttpForge, repository: str, form: str
) -> None:
    url = form.replace("NAME", repository).replace("HTTP/", forge.url(""))
    forge.commit("team/app.git", {"file": "app", ".lfsconfig": f"[lfs]\n\turl = {url}\n"})
    done = clone(step, forge, lfs="true", loginUrls=forge.url("team/lib.git"))
    assert done.code == 0, done.err
    assert (step.workspace("output") / "from-lfs").read_text() == f"{repository}.git"


@pytest.mark.usefixtures("lfs")
@pytest.mark.parametrize("path", ["", "team/app.git", "team/lib.git", "public/lib.git"])
def test_lfs_of_its_own_of_a_listed_and_of_a_public_repository_is_fetched(
    step: Step, forge: HttpForge, path: str
) -> None:
    settings = {".lfsconfig": f"[lfs]\n\turl = {forge.url(path)}/info/lfs\n"} if path else {}
    forge.commit("team/app.git", {"file": "app", **settings})
    done = clone(step, forge, lfs="true", loginUrls=forge.url("team/lib.git"))
    assert done.code == 0, done.err
    assert (step.workspace("output") / "from-lfs").read_text() == (path or "team/app.git")
