"""The text after /obproxy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.slash import COMMANDS, Access, Create, Help, History, Pause, Resume, Status, Unknown, parse


@given(st.text(max_size=60))
def test_every_text_is_some_command(text: str) -> None:
    """Nothing is raised; what is not a command comes with one that is."""
    command = parse(text)

    if isinstance(command, Unknown):
        assert command.nearest in COMMANDS
    assert isinstance(command, Create | Status | History | Access | Pause | Resume | Help | Unknown)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Help()),
        ("   ", Help()),
        ("help", Help()),
        ("HELP me", Help()),
        ("create", Create()),
        (" Create  ", Create()),
        ("status", Status()),
        ("status 1042", Status(number=1042)),
        ("status #1042", Status(number=1042)),
        ("status   pay_01 ", Status(name="pay_01")),
        ("status #pay", Status(name="#pay")),
        ("status ١٢", Status(name="١٢")),
        ("status " + "9" * 18, Status(number=10**18 - 1)),
        ("status " + "9" * 19, Status(name="9" * 19)),
        ("status &lt;pay&gt;", Status(name="<pay>")),
        ("history", History()),
        ("history 1042", History(number=1042)),
        ("History #1042 ", History(number=1042)),
        ("history pay_01", History(name="pay_01")),
        ("history <@U0123456789|dana>", History(user="U0123456789")),
        ("history <@W0123456789>", History(user="W0123456789")),
        ("history @dana", History(called="dana")),
        ("history @Dana O'Neil", History(called="Dana O'Neil")),
        ("history @", History(name="@")),
        ("history <https://pay.db|pay.db>", History(name="pay.db")),
        ("pause prod OCP is upgraded", Pause("prod", "OCP is upgraded")),
        (" PAUSE   Prod\t  OCP is  upgraded ", Pause("Prod", "OCP is  upgraded")),
        ("pause\nprod\nOCP is upgraded", Pause("prod", "OCP is upgraded")),
        ('pause "prod" "OCP is upgraded"', Pause("prod", "OCP is upgraded")),
        ("pause “prod” “OCP is upgraded”", Pause("prod", "OCP is upgraded")),
        ('pause prod upgrade of "ocp"', Pause("prod", 'upgrade of "ocp"')),
        ("pause prod 1 &lt; 2 nodes, ask <@U0123456789|dana>", Pause("prod", "1 < 2 nodes, ask dana")),
        ("pause prod", Pause("prod", "")),
        ("pause", Pause("", "")),
        ("resume prod", Resume("prod")),
        (" Resume  'PROD' ", Resume("PROD")),
        ("resume", Resume("")),
        ("resum prod", Unknown("resum", "resume")),
        ("access", Access()),
        ("ACCESS  prod ", Access("prod")),
        ("access &lt;prod&gt;", Access("<prod>")),
        ("acess", Unknown("acess", "access")),
        ("creat", Unknown("creat", "create")),
        ("stauts 12", Unknown("stauts", "status")),
        ("hepl", Unknown("hepl", "help")),
    ],
)
def test_what_is_typed_and_what_is_meant(text: str, command: object) -> None:
    assert parse(text) == command


@given(st.integers(0, 10**18 - 1))
def test_a_number_is_a_number(number: int) -> None:
    """With # or without."""
    assert parse(f"status {number}") == parse(f"status #{number}") == Status(number=number)


@pytest.mark.parametrize("word", COMMANDS)
@given(rest=st.text(max_size=20))
def test_a_command_is_one_whatever_follows(word: str, rest: str) -> None:
    assert not isinstance(parse(f"{word} {rest}"), Unknown)
