"""Texts: a message id with its fields, whole until somebody shows it."""

from collections.abc import Mapping
from datetime import timedelta, timezone
from gettext import NullTranslations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.texts import Counted, Link, Part, People, Text, Translator, When
from tests.builders import NOW

T = NullTranslations()
NAMES = st.sampled_from(["one", "two", "three"])
FIELDS = st.dictionaries(NAMES, st.one_of(st.text(max_size=20), st.integers()), max_size=3)


class Shouting:
    """A language in which every message is in capitals, its fields in place."""

    def gettext(self, message: str) -> str:
        return {"Hello %(who)s": "%(who)s, HELLO", "you": "YOU"}.get(message, message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return (singular if n == 1 else plural).upper().replace("%(N)S", "%(n)s")


@given(st.text(max_size=40), FIELDS)
def test_rendering_is_joining_the_parts(message: str, fields: Mapping[str, object]) -> None:
    """No message and no field makes it raise."""
    text = Text(message, fields)

    assert text.render(T) == "".join(map(str, text.parts(T)))


@given(st.text(max_size=40))
def test_a_field_stands_as_it_is(value: str) -> None:
    """Percent signs and fields in it mean nothing."""
    assert Text("<%(value)s>", {"value": value}).render(T) == f"<{value}>"
    assert Text("<%(value)s>", {"value": f"%(value)s%%{value}"}).render(T) == f"<%(value)s%%{value}>"


def test_a_missing_field_is_empty() -> None:
    """A text that lacks something is still a text."""
    assert Text("a%(nothing)sb").render(T) == "ab"
    assert Text("100%% of %(n)s", {"n": 3}).render(T) == "100% of 3"


def test_a_text_in_a_text_is_translated_too() -> None:
    """Each by its own message id."""
    shouting: Translator = Shouting()

    assert Text("Hello %(who)s", {"who": Text("you")}).render(shouting) == "YOU, HELLO"
    assert Text("Hello %(who)s", {"who": "you"}).render(shouting) == "you, HELLO"


@given(st.integers(0, 100))
def test_a_number_chooses_the_form(n: int) -> None:
    """And stands in it."""
    expected = f"{n} host" if n == 1 else f"{n} hosts"

    assert Counted("%(n)s host", "%(n)s hosts", n).render(T) == expected
    assert Counted("%(n)s host", "%(n)s hosts", n).render(Shouting()) == expected.upper()


def test_people_moments_and_links_stay_whole() -> None:
    """Slack draws them in its own way; elsewhere they are plain words."""
    people, when, link = People(["U1", "U2"]), When(NOW), Link("https://ocp.example", "OCP")
    parts: list[Part] = list(Text("%(a)s/%(b)s/%(c)s", {"a": people, "b": when, "c": link}).parts(T))

    assert [part for part in parts if not isinstance(part, str)] == [people, when, link]
    assert "".join(map(str, parts)) == "@U1, @U2/14:02:00 UTC/OCP"


@given(st.integers(-720, 720))
def test_a_moment_is_shown_in_utc(minutes: int) -> None:
    """Whatever zone it came in."""
    there = NOW.astimezone(timezone(timedelta(minutes=minutes)))

    assert str(When(there)) == "14:02:00 UTC"
