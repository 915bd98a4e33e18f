"""What the people of the story do: they try, look, and try again, as people do when a machine does not answer."""

from dataclasses import dataclass

from bot.domain.candidate import TYPED
from bot.domain.request import Request, State
from bot.sandbox.ocp.states import TaskStatus
from bot.sandbox.slack import Message, Person
from bot.sandbox.slack.views import View
from tests.stories.world import World, answers

NAME = "pay_01"
TITLE = f"prod: create OBProxy cluster {NAME}"
FORM_SECONDS = 2.0
"""Real seconds that somebody waits for a form."""


@dataclass(slots=True)
class People:
    """Dana, who asks; Omar, who approves; Ines, who looks after what stays unclear and after OCP's console."""

    world: World
    form: View | None = None
    choice: View | None = None
    has_asked: bool = False

    async def act(self, request: Request | None) -> None:
        """Do the next thing that the request needs from somebody, if there is one."""
        match request.state if request else None:
            case None:
                await self._ask()
            case State.PENDING:
                await self._press(self.world.omar, "request.approve")
            case State.HELD:
                await self._press(self.world.omar, "request.send_now")
            case State.FAILED:
                self._retry()
            case State.UNCERTAIN:
                await self._clear()

    async def _ask(self) -> None:
        """Open the form, or send it again: it stays open while nobody has answered."""
        dana = self.world.dana
        if self.form is None or self.form.closed:
            await dana.types("/obproxy create", self.world.home)
            self.form = await _opened(dana)
        if self.form is not None:
            result = await dana.submits(self.form, answers(name=NAME))
            self.has_asked = self.has_asked or result.closed

    def _retry(self) -> None:
        """Press Retry in OCP's console, once the thread has said that the task failed."""
        card = self._card()
        if card is not None and "Failed at" in self.world.thread_without_card(card):
            failed = [task for task in self.world.ocp.tasks.values() if task.status is TaskStatus.FAILED]
            for task in failed:
                self.world.ocp.console.retry(task.id)

    async def _clear(self) -> None:
        """Once the bot has given up looking: attach the task if OCP has the cluster, else send again."""
        if not self._can_press("request.send_again"):
            return
        if any(cluster.name == NAME for cluster in self.world.ocp.clusters.values()):
            await self._attach()
        else:
            await self._press(self.world.omar, "request.send_again")

    async def _attach(self) -> None:
        """Open the form and name the task, or send the form again."""
        ines = self.world.ines
        if self.choice is None or self.choice.closed:
            await self._press(ines, "request.attach")
            self.choice = await _opened(ines)
        if self.choice is not None:
            await ines.submits(self.choice, {TYPED: str(max(self.world.ocp.tasks))})

    async def _press(self, person: Person, action: str) -> None:
        """Press a button of the card, if it is there."""
        card = self._card()
        if card is not None and self._can_press(action):
            await person.clicks(card, action)

    def _can_press(self, action: str) -> bool:
        card = self._card()
        elements = [element for block in card.blocks for element in block.get("elements", ())] if card else []
        return any(element.get("action_id") == action for element in elements)

    def _card(self) -> Message | None:
        cards = [m for m in self.world.approvals.messages if self.world.slack.rendered(m).startswith(TITLE)]
        return cards[-1] if cards else None


async def _opened(person: Person) -> View | None:
    """Return the form that is opened for *person*, or None if none comes."""
    try:
        return await person.modal(timeout=FORM_SECONDS)
    except TimeoutError:
        return None
