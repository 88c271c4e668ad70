"""The pinned oauth2-proxy with the options that are deployed: who gets in, and what is claimed in vain."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.toolchain.toolchain import Toolchain
from tests.cluster.dashboard_proxy import PAGE, PASSWORD, USER, Login, command_line, files, running
from toolkit.paths import Paths

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

JSON = {"Accept": "application/json"}
LOGIN = (USER, PASSWORD)
CLAIMS = {
    "X-Forwarded-User": "admin",
    "X_Forwarded_User": "admin",
    "X-Forwarded-Email": "admin@example.com",
    "X-Forwarded-Preferred-Username": "admin",
    "X-Forwarded-Groups": "admins",
    "X-Forwarded-Access-Token": "a-token",
    "X-Auth-Request-User": "admin",
    "X-Auth-Request-Email": "admin@example.com",
    "X-Remote-User": "admin",
    "X-Forwarded-For": "127.0.0.1",
    "X-Real-IP": "127.0.0.1",
    "X-Forwarded-Uri": "/ping",
    "X-Original-URL": "/ping",
    "X-Forwarded-Proto": "https",
    "User-Agent": "GoogleHC/1.0",
    "Authorization": "Bearer a.b.c",
    "Cookie": "_oauth2_proxy=YWRtaW4=|1700000000|c2lnbmF0dXJl",
    "GAP-Auth": "admin",
}


@pytest.fixture(scope="module")
def program() -> Path:
    with Toolchain(Paths()) as toolchain:
        toolchain.ensure("oauth2-proxy")
        return toolchain.program("oauth2-proxy")


@pytest.fixture(scope="module")
def basic(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return command_line(tmp_path_factory.mktemp("program"), {"kind": "basic"})


@pytest.fixture
def login(program: Path, basic: list[str], tmp_path: Path) -> Iterator[Login]:
    files(tmp_path)
    with running(program, tmp_path, basic) as login:
        yield login


def signed_in(login: Login, password: str = PASSWORD, **fields: str) -> tuple[int, str, dict[str, str]]:
    """Status, address and cookies after the form."""
    answer = login.ask(
        "/oauth2/sign_in", method="POST", data={"username": USER, "password": password, "rd": "/", **fields}
    )
    return answer.status_code, answer.headers.get("Location", ""), answer.cookies.get_dict()


def test_whoever_has_no_login_gets_a_form_or_401(login: Login) -> None:
    page = login.ask()
    assert page.status_code == 403
    assert 'name="password"' in page.text, "a browser's user types the password there"
    assert "Sign in with" not in page.text, "there is no other login"
    assert login.ask(headers=JSON).status_code == 401
    assert login.ask("/apis/tekton.dev/v1/pipelineruns", headers=JSON).status_code == 401
    assert login.reached == []


def test_the_password_opens_it_for_a_client_and_no_other_does(login: Login) -> None:
    for wrong in ((USER, "wrong"), (USER, ""), ("root", PASSWORD)):
        assert login.ask(headers=JSON, auth=wrong).status_code == 401
    assert login.reached == []
    answer = login.ask("/apis/tekton.dev/v1/pipelineruns", auth=LOGIN)
    assert (answer.status_code, answer.content) == (200, PAGE)


def test_the_password_opens_it_for_a_browser(login: Login) -> None:
    for wrong in ("wrong", ""):
        status, _, cookies = signed_in(login, wrong)
        assert (status, cookies) == (401, {})
    status, address, cookies = signed_in(login)
    assert (status, address) == (302, "/")
    assert login.ask(cookies=cookies).content == PAGE


def test_no_script_and_no_other_site_gets_at_the_cookie(login: Login) -> None:
    answer = login.ask("/oauth2/sign_in", method="POST", data={"username": USER, "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain=" not in cookie, "another host of the domain would get it"


@pytest.mark.parametrize("name", CLAIMS)
def test_what_a_request_says_of_itself_lets_nobody_in(login: Login, name: str) -> None:
    for method in ("GET", "OPTIONS", "POST"):
        answer = login.ask(method=method, headers={**JSON, name: CLAIMS[name]})
        assert answer.status_code == 401, f"{method} with {name}"
    assert login.reached == []


@pytest.mark.parametrize(
    "path", ["//", "/ping/../apis", "/oauth2/../apis", "/%2e%2e/apis", "/oauth2/static/../../apis", "/ping;/"]
)
def test_no_path_leads_round_it(login: Login, path: str) -> None:
    login.ask_as_written(path, JSON)
    assert login.reached == []


def test_the_dashboard_hears_who_it_is_from_the_login_alone(login: Login) -> None:
    claims = {name: "root" for name in CLAIMS if name.lower().replace("_", "-").startswith("x-forwarded-")}
    assert login.ask(headers=claims, auth=LOGIN).status_code == 200
    (headers,) = login.reached
    assert headers["x-forwarded-user"] == USER
    for name in ("x_forwarded_user", "x-forwarded-email", "x-forwarded-groups"):
        assert name not in headers, f"{name} is what the request claims"
    assert "x-forwarded-preferred-username" not in headers


def test_the_dashboard_asks_the_api_server_as_itself(login: Login) -> None:
    assert login.ask(auth=LOGIN).status_code == 200
    _, _, cookies = signed_in(login)
    bearer = {"Authorization": "Bearer a.b.c"}
    assert login.ask(headers=bearer, cookies=cookies).status_code == 200
    for headers in login.reached:
        assert "authorization" not in headers, "the API server would take it for the Dashboard's own"


@pytest.mark.parametrize(
    "address", ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com"]
)
def test_nobody_is_sent_to_another_host_after_the_login(login: Login, address: str) -> None:
    assert signed_in(login, rd=address)[1] == "/"
    answer = login.ask(
        "/oauth2/sign_in",
        method="POST",
        headers={"X-Auth-Request-Redirect": address},
        data={"username": USER, "password": PASSWORD},
    )
    assert answer.headers["Location"] == "/"


def test_there_is_no_way_in_by_a_provider(login: Login) -> None:
    start = login.ask("/oauth2/start")
    address = urlsplit(start.headers["Location"])
    assert (address.netloc, address.path) == ("", "/oauth2/sign_in"), "nobody is sent to another host"
    (state,) = parse_qs(address.query)["state"]
    answer = login.ask(
        "/oauth2/callback", params={"code": "a-code", "state": state}, cookies=start.cookies.get_dict()
    )
    assert answer.status_code >= 400
    assert "_oauth2_proxy" not in answer.cookies.get_dict()
    assert login.reached == []


def test_it_does_not_start_without_its_file_or_with_an_empty_one(
    program: Path, basic: list[str], tmp_path: Path
) -> None:
    files(tmp_path)
    htpasswd = tmp_path / "etc/dashboard-login/htpasswd"
    htpasswd.write_text("")
    with pytest.raises(AssertionError, match="htpasswd"), running(program, tmp_path, basic):
        pass
    htpasswd.unlink()
    with pytest.raises(AssertionError, match="htpasswd"), running(program, tmp_path, basic):
        pass


def test_it_keeps_its_file_while_it_runs(login: Login, tmp_path: Path) -> None:
    (tmp_path / "etc/dashboard-login/htpasswd").unlink()
    assert login.ask(headers=JSON).status_code == 401
    assert login.ask(auth=LOGIN).status_code == 200


def test_another_key_ends_all_sessions(program: Path, basic: list[str], login: Login, tmp_path: Path) -> None:
    _, _, cookies = signed_in(login)
    with running(program, tmp_path, basic, cookie_secret="another-key-of-thirty-two-bytes-") as second_proxy:
        assert second_proxy.ask(headers=JSON, cookies=cookies).status_code == 401
        assert second_proxy.reached == []


@pytest.mark.parametrize(
    "option", ["--login-url", "--custom-templates-dir", "--pass-authorization-header", "--htpasswd-file"]
)
def test_an_option_that_is_missing_is_missed(
    program: Path, basic: list[str], tmp_path: Path, option: str
) -> None:
    """The tests above are about these options: without one, what they look at is not so."""
    files(tmp_path)
    arguments = [argument for argument in basic if not argument.startswith(f"{option}=")]
    assert len(arguments) == len(basic) - 1
    if option == "--htpasswd-file":
        with pytest.raises(AssertionError, match="email-domain"), running(program, tmp_path, arguments):
            pass
        return
    with running(program, tmp_path, arguments) as login:
        login.ask(auth=LOGIN)
        differences = {
            "--login-url": urlsplit(login.ask("/oauth2/start").headers["Location"]).netloc != "",
            "--custom-templates-dir": "Sign in with" in login.ask().text,
            "--pass-authorization-header": "authorization" in login.reached[0],
        }
    assert [name for name, differs in differences.items() if differs] == [option]


def test_a_login_elsewhere_sends_browsers_there_and_takes_no_claim(program: Path, tmp_path: Path) -> None:
    github = {"kind": "oauth2-proxy", "clientId": "an-id", "githubOrg": "example"}
    arguments = [*command_line(tmp_path, github), "--client-secret-file=/dev/null"]
    with running(program, tmp_path, arguments) as login:
        answer = login.ask()
        assert answer.status_code == 302
        assert re.match(
            r"https://github\.com/login/oauth/authorize\?.*client_id=an-id", answer.headers["Location"]
        )
        for name, value in CLAIMS.items():
            assert login.ask(headers={**JSON, name: value}).status_code == 401, name
        assert login.ask(headers=JSON, auth=LOGIN).status_code == 401, "there is no such user"
        assert login.reached == []


def test_without_a_login_everybody_is_let_through_and_still_asks_as_the_dashboard(
    program: Path, tmp_path: Path
) -> None:
    with running(program, tmp_path, command_line(tmp_path, {"kind": "none"})) as login:
        answer = login.ask("/apis/tekton.dev", headers={"Authorization": "Bearer a.b.c"})
        assert (answer.status_code, answer.content) == (200, PAGE)
        assert "authorization" not in login.reached[0]
