"""What is shipped says what is there: manifest, image, lock files, catalogue, README."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.config import EXPECTED, from_environment
from bot.mistakes import EXPECTED as IN_FILE
from tests.settings import BESIDE

ROOT = Path(__file__).parents[1]
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
SCOPES = {
    "auth_test": set(),
    "views_open": set(),
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "conversations_open": {"im:write"},
    "conversations_history": HISTORY,
    "conversations_replies": HISTORY,
    "users_info": {"users:read"},
    "usergroups_users_list": {"usergroups:read"},
    "apps_connections_open": set(),  # with the app-level token, whose scope the manifest cannot name
}
"""The scopes of every Web API method that the code calls (contract: Slack, section 7)."""

EVENT_SCOPES = {
    "member_joined_channel": {"channels:read", "groups:read"},
    "channel_unarchive": {"channels:read"},
    "group_unarchive": {"groups:read"},
}
"""The scopes of every event that the code listens for, by Slack's reference of events."""


def test_the_manifest_asks_for_the_scopes_that_the_code_uses_and_no_more() -> None:
    """A method that is not in the table fails the test, so that its scope is looked up."""
    called = set()
    for path in [*(ROOT / "bot" / "slack").glob("*.py"), ROOT / "bot" / "app.py"]:
        called |= set(re.findall(r"client\.([a-z]+(?:_[A-Za-z]+)+)\(", path.read_text()))
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text())

    wanted = {"commands"}.union(*(SCOPES[method] for method in called), *(EVENT_SCOPES[event] for event in _events()))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == wanted
    assert manifest["settings"]["socket_mode_enabled"]
    assert [command["command"] for command in manifest["features"]["slash_commands"]] == ["/obproxy"]


def test_the_manifest_subscribes_to_the_events_that_the_code_listens_for() -> None:
    """All of them, so that none is waited for in vain, and no other."""
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text())

    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == _events()


def _events() -> set[str]:
    listeners = (ROOT / "bot" / "listeners").glob("*.py")
    return {event for path in listeners for event in re.findall(r'\.event\("(\w+)"\)', path.read_text())}


def test_the_image_runs_without_the_sandbox(tmp_path: Path) -> None:
    """With the files that the image gets the program starts; the story says why it cannot."""
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("sandbox", "__pycache__"))

    # -S passes by the editable install of this checkout, which would lend its sandbox.
    helped = _python("-S", "-m", "bot", "--help", folder=tmp_path)
    story = _python("-S", "-m", "bot", "story", folder=tmp_path)

    assert helped.returncode == 0
    assert story.returncode == 2
    assert story.stderr.startswith("obproxy-bot: the sandbox is not installed here")


def test_nothing_that_production_imports_is_only_a_test_dependency() -> None:
    """Every library that bot/ imports is pinned in requirements.lock."""
    imported = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                imported.add(node.module.partition(".")[0])
    libraries = imported - set(sys.stdlib_module_names) - {"bot"}
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    assert {library.replace("_", "-") for library in libraries} <= pinned


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_pin_by_hash_and_name_no_registry(name: str) -> None:
    """Whoever installs chooses where from."""
    text = (ROOT / name).read_text()

    assert "://" not in text
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text) if "==" in block.partition("#")[0])


def test_the_readme_names_every_setting() -> None:
    """And no other."""
    readme = (ROOT / "README.md").read_text()

    first = {name.partition("_")[0] for name in EXPECTED}
    named = set(re.findall(rf"`((?:{'|'.join(first)})[A-Z_]*)`", readme))
    assert named - {"OCP_PASSWORD_FILE"} == set(EXPECTED)


def test_the_bot_toml_of_the_readme_works_as_printed(tmp_path: Path) -> None:
    """Two environments, with the rules that the text around it tells."""
    [text] = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (tmp_path / "bot.toml").write_text(text)

    prod, staging = from_environment(BESIDE, tmp_path).environments

    assert (prod.name, prod.rules.approvals_required, prod.production) == ("prod", 2, True)
    assert prod.rules.approvers == ("S0123456789",)
    assert re.search(prod.ticket_pattern, prod.ticket_example)
    assert prod.rules_of("obproxy.create").channels == ("C0123456789",)
    assert prod.rules.channels == ()
    assert (staging.name, staging.rules.approvals_required, staging.production) == ("staging", 1, False)
    assert staging.rules.requesters == ("everyone",)


def test_the_readme_names_every_key_of_bot_toml() -> None:
    """And no other."""
    section = (ROOT / "README.md").read_text().partition("## Who may do what")[2].partition("\n## ")[0]

    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`([a-z_]+)`", " ".join(rows))) == IN_FILE.keys() - {"name"}


def test_the_catalogue_is_up_to_date(tmp_path: Path) -> None:
    """`make texts` has nothing to add."""
    makefile = (ROOT / "Makefile").read_text()
    [command] = re.findall(r"\$\(BIN\)/pybabel (.*) --output-file (\S+) bot", makefile)
    arguments = [*command[0].split(), "--output-file", str(tmp_path / "bot.pot"), "bot"]

    made = _python("-m", "babel.messages.frontend", *arguments, folder=ROOT)

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "bot.pot").read_text() == (ROOT / command[1]).read_text()


def _python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(pytest.__file__).parents[1])}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
