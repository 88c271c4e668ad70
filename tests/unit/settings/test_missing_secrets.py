"""The sentence that each secret gets which is missing, not needed, or not encrypted."""

from settings import Settings
from tests.support.program import SECRETS
from tests.unit.settings.loading import Given, load, refusal


def test_secrets_that_are_missing_are_told_beside_all_other_mistakes(given: Given) -> None:
    given["registry"]["server"] = "https://ghcr.io"
    del given["cluster"]["kubeconfig"]
    given["dashboard"] = {"host": "", "auth": {"kind": "oauth2-proxy", "clientId": "x", "githubOrg": "x"}}
    first_words = [sentence.partition(" is ")[0] for sentence in refusal(given, {"registryPassword": "x"})]
    assert first_words == [
        "dashboard",
        "registry.server",
        "cluster.kubeconfig",
        "dashboardClientSecret",
        "gitPassword",
    ]


def test_a_dashboard_that_is_not_there_needs_no_secret(given: Given) -> None:
    auth = {"kind": "oauth2-proxy", "clientId": "x", "githubOrg": "x"}
    load({**given, "dashboard": {"enabled": False, "auth": auth}})
    (sentence,) = refusal({**given, "dashboard": {"auth": auth}})
    assert sentence.startswith("dashboardClientSecret is missing: dashboard.auth.kind is 'oauth2-proxy'")


def test_settings_without_a_stack_are_not_checked_against_its_secrets(given: Given) -> None:
    del given["cluster"]["kubeconfig"]
    assert Settings.model_validate(given).registry_username == "builder"


def test_a_user_without_a_password_is_told_the_command(given: Given) -> None:
    assert refusal(given, {"gitPassword": "x"}) == [
        "registryPassword is missing: registryUsername is 'builder', so give its password with "
        "`pulumi config set --secret registryPassword`"
    ]


def test_a_password_without_a_user_is_told_the_command(given: Given) -> None:
    del given["gitUsername"]
    assert refusal(given) == [
        "gitUsername is missing: gitPassword is set, so give its user: `pulumi config set gitUsername NAME`"
    ]


def test_a_password_in_the_clear_is_refused_and_not_repeated(given: Given) -> None:
    given["registryPassword"] = "in-the-clear"
    sentences = refusal(given, {"gitPassword": "x"})
    assert sentences == [
        "registryPassword is not encrypted: set it with `pulumi config set --secret registryPassword`"
    ]


def test_two_kubeconfigs_are_one_too_many(given: Given) -> None:
    assert refusal(given, {**SECRETS, "kubeconfig": "x"}) == [
        "cluster.kubeconfig names a file and the secret `kubeconfig` is set too: keep one of them"
    ]
