"""What the cloud and its provider refuse, in their form."""


class Refused(Exception):
    """The operation is not done; the text is what the user reads."""


class CloudRefused(Refused):
    """Refused by the cloud's API: a code, and its words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"[TencentCloudSDKError] Code={code}, Message={message}")
        self.code = code
