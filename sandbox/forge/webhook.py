"""The repository's webhook, made from the stack's outputs."""

from urllib.parse import urlsplit

from sandbox.forge.forge import REPOSITORY, Forge


def ensure_webhook(forge: Forge, hooks_url: str, secret: str) -> int:
    """Makes the repository deliver pushes, and nothing else, to `hooks_url`, signed with `secret`.

    Returns the webhook's id. One that is right already is left alone, with its history of deliveries. A wrong
    one is replaced, because Gitea's API changes everything of a webhook but its secret. Webhooks that deliver
    to another path are somebody else's.
    """
    path = f"repos/{forge.account.username}/{REPOSITORY}/hooks"
    webhook_id = None
    for hook in forge.api.get(path):
        if urlsplit(hook["config"]["url"]).path != urlsplit(hooks_url).path:
            continue
        if (
            webhook_id is None
            and hook["active"]
            and hook["type"] == "gitea"
            and hook["events"] == ["push"]
            and hook["branch_filter"] in ("", "*")
            and hook["config"] == {"url": hooks_url, "content_type": "json"}
            and forge.database.webhook_secret(hook["id"]) == secret
        ):
            webhook_id = int(hook["id"])
        else:
            forge.api.delete(f"{path}/{hook['id']}")
    if webhook_id is not None:
        return webhook_id
    webhook = forge.api.post(
        path,
        {
            "type": "gitea",  # it carries GitHub's headers too: event, delivery and SHA-256 signature
            "active": True,
            "events": ["push"],
            "config": {"url": hooks_url, "content_type": "json", "secret": secret},
        },
    )
    return int(webhook["id"])
