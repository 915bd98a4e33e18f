"""The modal that asks which OCP task is a request's own."""

from collections.abc import Sequence
from typing import Any

from bot.domain.candidate import CHOSEN, TYPED, Candidate
from bot.domain.form import Field
from bot.domain.request import Request
from bot.domain.texts import N_, Text, Translator

from . import ids, kit
from .escape import DATED, in_utc
from .facts import moment
from .kit import Block, Element, plain
from .modals import asking, input_of, said

MOST_OPTIONS = 100
ID = Field(id=TYPED, label=N_("OCP task id"), hint=N_("From OCP's task page."), placeholder=N_("31257"), longest=30)
ID_OR_CHOICE = Field(
    id=TYPED,
    label=N_("OCP task id"),
    hint=N_("From OCP's task page. One of the two is enough: the choice above, or this id."),
    placeholder=N_("31257"),
    required=False,
    longest=30,
)


def attach(
    request: Request, candidates: Sequence[Candidate], t: Translator, *, private_metadata: str
) -> dict[str, Any]:
    """Return the modal that asks for one of *candidates*, or any task by its id."""
    message = N_("The bot follows the task as the one that creates %(name)s. Nothing is sent to OCP.")
    what = said([Text(message, {"name": kit.literal(request.name)})], t)
    fields = [_choice(candidates, t), input_of(ID_OR_CHOICE, t)] if candidates else [input_of(ID, t)]
    title = Text(N_("Attach task to #%(number)s"), {"number": request.number})
    return asking(ids.ATTACH_FORM, title, [what, *fields], t, submit=N_("Attach"), private_metadata=private_metadata)


def _choice(candidates: Sequence[Candidate], t: Translator) -> Block:
    """Return the menu of *candidates*; their words are OCP's, so none of them is a message id."""
    return {
        "type": "input",
        "block_id": CHOSEN,
        "optional": True,
        "label": plain(t.gettext(N_("Tasks that belong to no request")), 2_000),
        "hint": plain(t.gettext(N_("What the last look has found, newest first.")), 2_000),
        "element": {
            "type": "static_select",
            "action_id": ids.FORM_ANSWER,
            "placeholder": plain(t.gettext(N_("Choose a task")), 150),
            "options": [_option(each, t) for each in candidates[:MOST_OPTIONS]],
        },
    }


def _option(task: Candidate, t: Translator) -> Element:
    started = moment(task.started)
    fields = {
        "task": task.id,
        "status": kit.literal(task.status or "?", 40),
        "creator": kit.literal(task.creator or "?", 30),
        "started": kit.literal(in_utc(started, DATED) if started else task.started or "?", 30),
    }
    return {
        "text": plain(Text(N_("Task %(task)s: %(status)s"), fields).render(t), 75),
        "description": plain(Text(N_("by %(creator)s, started %(started)s"), fields).render(t), 75),
        "value": str(task.id),
    }
