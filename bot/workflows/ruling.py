"""Ruling: the record says under which rules an environment works, since every start."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.event import Fact, Kind
from bot.ports import Clock, Store, Tx, Wake

from .again import decide_again


@dataclass(frozen=True, slots=True)
class Ruling:
    """Write what a start has loaded; what differs from the start before is told in the approvals channel, too."""

    store: Store
    clock: Clock
    wake: Wake

    async def load(self, environment: str, rules: Mapping[str, object], hash_: str) -> None:
        """Write that *environment* works under *rules* now; *hash_* is what decisions name them by."""

        async def attempt() -> None:
            async with self.store.transaction() as tx:
                before = await _loaded_last(tx, environment)
                changed = _differing(rules, before) if before else []
                facts = [Fact(Kind.RULES_LOADED, {"hash": hash_, "changed": changed, "rules": dict(rules)})]
                if changed:
                    facts.append(Fact(Kind.RULES_CHANGED, {"hash": hash_, "changed": changed}))
                row = await tx.environment(environment)
                await tx.save_environment(row, *facts, at=self.clock.now())

        await decide_again(attempt)
        self.wake()


def _differing(now: Mapping[str, object], before: Mapping[str, object]) -> list[str]:
    """Return the names of the rules that differ."""
    new, old = dict(_named(now)), dict(_named(before))
    return sorted(name for name in {*new, *old} if new.get(name) != old.get(name))


def _named(rules: Mapping[str, object], within: str = "") -> Iterator[tuple[str, object]]:
    """Yield (name with dots, value) for each rule."""
    for name, value in rules.items():
        if isinstance(value, Mapping):
            yield from _named(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


async def _loaded_last(tx: Tx, environment: str) -> Mapping[str, object]:
    """Return the rules that the start before has loaded; none if there was none."""
    last = await tx.latest_event(f"environment:{environment}", [Kind.RULES_LOADED])
    rules = last.content.get("rules") if last else None
    return rules if isinstance(rules, Mapping) else {}
