"""Ruling: the record says under which rules an environment works, since every start."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.event import Event, Fact, Kind, timeline_of
from bot.domain.records import EnvironmentRow
from bot.ports import Clock, Store, Tx, Wake

from .again import decide_again
from .stop import OWED_SINCE

ARE_NEW_FOR = timedelta(hours=1)
"""How long replicas with the rules before may still run and draw cards by them."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """
    Write what a start has loaded; what differs from the start before is told in the approvals channel, too.

    The cards of requests that wait or run there are drawn again then, and by each start while the rules are new: they
    show whom it waits for, and what can be done.
    """

    store: Store
    clock: Clock
    wake: Wake

    async def load(self, environment: str, rules: Mapping[str, object], hash_: str) -> None:
        """Write that *environment* works under *rules* now; *hash_* is what decisions name them by."""

        async def attempt() -> None:
            async with self.store.transaction() as tx:
                row = await tx.environment(environment)  # first, for it is locked: starts come one after the other
                latest, now = await _latest(tx, environment, Kind.RULES_LOADED), self.clock.now()
                changed = _differing(rules, before) if (before := _rules_of(latest)) else []
                since = _since(latest) if latest and not changed else now
                loaded = {"hash": hash_, "changed": changed, "rules": dict(rules), "since": since.isoformat()}
                facts = [Fact(Kind.RULES_LOADED, loaded)]
                if changed:
                    facts.append(Fact(Kind.RULES_CHANGED, {"hash": hash_, "changed": changed}))
                is_back = await _is_gone(tx, environment)
                await self._save(tx, row, facts, shows=is_back or now - since < ARE_NEW_FOR)

        await decide_again(attempt)
        self.wake()

    async def let_go(self, configured: Collection[str]) -> None:
        """Write of every environment but those *configured* that it has no rules any more, once."""

        async def attempt() -> None:
            async with self.store.transaction() as tx:
                for each in await tx.environments():
                    row = await tx.environment(each)
                    if each not in configured and not await _is_gone(tx, each):
                        await self._save(tx, row, [Fact(Kind.RULES_GONE, {})], shows=True)

        await decide_again(attempt)
        self.wake()

    async def _save(self, tx: Tx, row: EnvironmentRow, facts: Collection[Fact], *, shows: bool) -> None:
        now = self.clock.now()
        await tx.save_environment(row, *facts, at=now)
        if shows:
            await tx.owe_cards(row.name, now - OWED_SINCE)


def _differing(now: Mapping[str, object], before: Mapping[str, object]) -> list[str]:
    """Return the names of the rules that differ, as they stand in bot.toml."""
    new, old = dict(_named(now)), dict(_named(before))
    return sorted(name for name in {*new, *old} if new.get(name) != old.get(name))


def _named(rules: Mapping[str, object], within: str = "") -> Iterator[tuple[str, object]]:
    """Yield (name with dots, value) for each rule; those of the whole environment are in "rules", and named alone."""
    for name, value in rules.items():
        if isinstance(value, Mapping):
            yield from _named(value, within if (within, name) == ("", "rules") else f"{within}{name}.")
        else:
            yield f"{within}{name}", value


async def _is_gone(tx: Tx, environment: str) -> bool:
    """Return whether the last start that had something to write of *environment* found no rules for it."""
    last = await _latest(tx, environment, Kind.RULES_LOADED, Kind.RULES_GONE)
    return last is not None and last.kind == Kind.RULES_GONE


async def _latest(tx: Tx, environment: str, *kinds: Kind) -> Event | None:
    return await tx.latest_event(timeline_of(environment), kinds)


def _since(loaded: Event) -> datetime:
    """Return since when the rules that were *loaded* last have stood; versions before did not write it."""
    since = loaded.content.get("since")
    return datetime.fromisoformat(since) if isinstance(since, str) else loaded.time


def _rules_of(loaded: Event | None) -> Mapping[str, object]:
    """Return the rules that the start before has loaded; none if there was none."""
    rules = loaded.content.get("rules") if loaded else None
    return rules if isinstance(rules, Mapping) else {}
