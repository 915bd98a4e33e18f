"""response_url: what may be posted to it, and what happens then (contract/slack.md, section 4)."""

import secrets
from dataclasses import dataclass

from .arguments import flag
from .errors import Refused
from .model import Json, Message, Room
from .posting import content_of, edit, parent_of, post, remove, show_only_to
from .workspace import Workspace

MOST_POSTS = 5
LIFETIME_SECONDS = 30 * 60


@dataclass(slots=True, kw_only=True)
class Hook:
    """One response_url: whose, where, and the message that its control stands in."""

    user: str
    room: Room
    message: Message | None
    issued_at: float
    posts: int = 0


class Hooks:
    """Issues response URLs and serves them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._hooks: dict[str, Hook] = {}

    def issue(self, user: str, room: Room, message: Message | None = None) -> str:
        """Return the path of a new URL, without a leading slash."""
        path = f"hooks/{self._workspace.identity.team_id}/{len(self._hooks) + 1:012d}/{secrets.token_hex(12)}"
        self._hooks[path] = Hook(user=user, room=room, message=message, issued_at=self._workspace.now())
        return path

    def at(self, url: str) -> Hook:
        """Return the hook behind a URL that was issued."""
        return next(hook for path, hook in self._hooks.items() if url.endswith(path))

    def use(self, path: str, args: Json) -> None:
        """
        Do what a post to this URL asks for.

        Raises:
            Refused: `expired_url`, `used_url`, or the content is none.
        """
        hook = self._hooks.get(path)
        if hook is None or self._workspace.now() - hook.issued_at > LIFETIME_SECONDS:
            raise Refused("expired_url")
        if hook.posts >= MOST_POSTS:
            raise Refused("used_url")
        self.answer(hook.user, hook.room, args, original=hook.message, hook=hook)
        hook.posts += 1

    def answer(
        self, user: str, room: Room, args: Json, *, original: Message | None = None, hook: Hook | None = None
    ) -> Message | None:
        """Show a message that answers an interaction, or change the message it happened in."""
        if flag(args, "delete_original"):
            self._delete(original)
            if not args.get("text") and not args.get("blocks"):
                return None
        elif flag(args, "replace_original") and original is not None and not original.deleted:
            edit(self._workspace, original, args)
            return original
        message = self._new_message(user, room, args)
        if hook is not None and hook.message is None:
            hook.message = message
        return message

    def _new_message(self, user: str, room: Room, args: Json) -> Message:
        text, blocks = content_of(args)
        thread_ts = args.get("thread_ts")
        message = Message(
            ts=self._workspace.next_ts(),
            room=room,
            user=self._workspace.identity.bot_user_id,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
        )
        if args.get("response_type") == "in_channel":
            post(self._workspace, message, parent_of(room, thread_ts))
        else:
            show_only_to(self._workspace, user, message)
        return message

    def _delete(self, original: Message | None) -> None:
        if original is not None and not original.deleted:
            remove(self._workspace, original)
