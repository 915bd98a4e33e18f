"""Which views people have open: stacks of modals, and Home tabs."""

import secrets

from .errors import Refused
from .fields import values_of
from .model import Json
from .normal import fill_texts, filled_in
from .views import View
from .workspace import Workspace

MOST_STACKED = 3


class Screens:
    """Opens, stacks, updates and closes views."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def open(self, user: str, content: Json) -> View:
        """Open a modal as the first of its stack."""
        return self._show(self._new(user, content))

    def push(self, below: View, content: Json) -> View:
        """
        Put a modal on top of *below*.

        Raises:
            Refused: `push_limit_reached`, three are open already.
        """
        if len(self.stack(below)) >= MOST_STACKED:
            raise Refused("push_limit_reached")
        return self._show(self._new(below.user, content, below=below))

    def update(self, view: View, content: Json) -> None:
        """Replace the content; typed values stay where block id and action id stay."""
        view.content = self._normal(content)
        view.hash = self._new_hash()
        view.values = values_of(view.blocks, view.values)
        view.errors, view.error = {}, None
        self._workspace.changes.announce("modal", view)

    def publish(self, user: str, content: Json) -> View:
        """Set the Home tab of *user*."""
        person = self._workspace.people[user]
        if person.home is None:
            person.home = self._new(user, content)
        else:
            self.update(person.home, content)
        self._workspace.changes.ring()
        return person.home

    def close(self, view: View) -> None:
        """Close one view; the one below shows again."""
        view.closed = True
        self._workspace.changes.ring()

    def clear(self, view: View) -> None:
        """Close the whole stack of *view*."""
        for stacked in self.stack(view):
            self.close(stacked)

    def stack(self, view: View) -> list[View]:
        """Return the open views of this stack, the lowest first."""
        return [other for other in self._workspace.views.values() if other.root_id == view.root_id and not other.closed]

    def alive(self, view_id: str) -> View:
        """
        Return an open view.

        Raises:
            Refused: `not_found`, also when the person has closed it.
        """
        view = self._workspace.views.get(view_id)
        if view is None or view.closed:
            raise Refused("not_found")
        return view

    def by_external_id(self, external_id: str) -> View:
        """Return the open view with this external id, or refuse like `alive`."""
        for view in self._workspace.views.values():
            if view.content.get("external_id") == external_id and not view.closed:
                return view
        raise Refused("not_found")

    def check_external_id(self, content: Json, *, besides: View | None = None) -> None:
        """
        Check that no other open view has the external id of *content*.

        Raises:
            Refused: `duplicate_external_id`.
        """
        external_id = content.get("external_id")
        for view in self._workspace.views.values():
            if (
                external_id
                and view is not besides
                and not view.closed
                and view.content.get("external_id") == external_id
            ):
                raise Refused("duplicate_external_id")

    def _new(self, user: str, content: Json, *, below: View | None = None) -> View:
        identity = self._workspace.identity
        view_id = self._workspace.ids.next("V")
        view = View(
            id=view_id,
            user=user,
            team_id=identity.team_id,
            app_id=identity.app_id,
            bot_id=identity.bot_id,
            content=self._normal(content),
            hash=self._new_hash(),
            root_id=below.root_id if below else view_id,
            previous_id=below.id if below else None,
        )
        view.values = values_of(view.blocks, {})
        self._workspace.views[view_id] = view
        return view

    def _show(self, view: View) -> View:
        self._workspace.people[view.user].unseen.append(view)
        self._workspace.changes.announce("modal", view)
        return view

    def _new_hash(self) -> str:
        return f"{int(self._workspace.now())}.{secrets.token_hex(4)}"

    @staticmethod
    def _normal(content: Json) -> Json:
        normal = content | {"blocks": filled_in(content["blocks"])}
        fill_texts(normal)
        return normal
