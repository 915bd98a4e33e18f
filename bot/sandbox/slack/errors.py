"""How a method refuses: by raising, with the error code that Slack would answer."""

from collections.abc import Iterable


class Refused(Exception):
    """
    An answer with ``ok: false``.

    *messages* are the json-pointer texts that Slack puts into ``response_metadata``, *fields* what else it says.
    """

    def __init__(self, error: str, messages: Iterable[str] = (), **fields: str) -> None:
        self.error = error
        self.fields = fields
        self.messages = list(messages)
        super().__init__(" ".join([error, *self.messages]))
