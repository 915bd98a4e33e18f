"""Planted secrets, everything that the bot leaves behind, and the search for the ones in the other."""

import html
import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, quote_plus, unquote

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from .world import World

OCP_PASSWORD = 'wolf/Moon+41&"x'
DATABASE_PASSWORD = "data/Base@Pass%41"
AUDIT_KEY = "anchor/Key & 41 'planted'"
FOREIGN = "Hunter2Planted"
FOREIGN_TOKEN = "xoxb-41-41-PlantedByOthers"
"""What is nobody's setting, and a secret by its shape."""


def everywhere(world: World) -> str:
    """Return words of OCP's in which every secret stands in every spelling, as careless programs write them."""
    ours = " ".join(spelling for secret in configured(world) for spelling in spellings(secret))
    in_url = quote(OCP_PASSWORD, safe="")
    return (
        f"{ours} curl -H 'Authorization: Basic {_header(world)}' http://{world.ocp.username}:{in_url}@ocp/x "
        f"password={FOREIGN}, jdbc:mysql://root:{FOREIGN}@db/x mysql -h db -p{FOREIGN} "
        f'{{"accessKeySecret":"{FOREIGN}"}} {FOREIGN_TOKEN}'
    )


def configured(world: World) -> tuple[str, ...]:
    """Return the bot's own secrets; a database that is a file has none."""
    database = (DATABASE_PASSWORD,) if _is_server(world.database_url) else ()
    return (world.slack.bot_token, world.slack.app_token, OCP_PASSWORD, AUDIT_KEY, *database)


def spellings(secret: str) -> set[str]:
    """Return *secret* as it is, and as it stands in URLs, JSON, HTML and Base64."""
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], html.escape(secret)}
    return {secret, *encoded, b64encode(secret.encode()).decode()}


def seen_in_slack(world: World) -> Iterator[tuple[str, str]]:
    """Yield (where, what) for all that Slack ever got: calls, posts to response URLs, and answers to interactions."""
    for record in world.slack.records:
        yield f"Slack, {record.method}", repr(record.args)
    for interaction in world.slack.interactions:
        yield "an answer to Slack", repr(interaction.ack.payload if interaction.ack else None)


def files(world: World) -> Iterator[tuple[str, str]]:
    """Yield every file that the bot has written: the database with its journals, locks, the log."""
    for path in sorted(world.folder.iterdir()):
        yield path.name, path.read_bytes().decode("latin-1")


def rows(world: World) -> Iterator[tuple[str, str]]:
    """Yield every row of every table."""
    if not _is_server(world.database_url):
        with closing(sqlite3.connect(world.database_url.partition(":///")[2])) as connection:
            yield from (("a row", line) for line in connection.iterdump())
        return
    with psycopg.connect(world.database_url) as server:
        tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        for (name,) in server.execute(tables).fetchall():
            select = sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))
            yield from ((name, repr(row)) for row in server.execute(select).fetchall())


def found(world: World) -> list[str]:
    """Return where a secret is, and which; none is the promise. Backslashes of repr and JSON hide none."""
    wanted = [spelling for secret in configured(world) for spelling in spellings(secret)]
    wanted += [FOREIGN, FOREIGN_TOKEN, _header(world)]
    return [
        f"{secret} in {where}"
        for where, text in (*seen_in_slack(world), *files(world), *rows(world))
        for seen in (text, text.replace("\\", ""), unquote(text))
        for secret in wanted
        if secret in seen or secret.replace("\\", "") in seen
    ]


def with_password(database_url: str) -> str:
    """Return the address with a password, which the servers of tests do not ask for; a file has none."""
    if not _is_server(database_url):
        return database_url
    return make_url(database_url).set(password=DATABASE_PASSWORD).render_as_string(hide_password=False)


def _is_server(database_url: str) -> bool:
    return database_url.startswith("postgres")


def _header(world: World) -> str:
    return b64encode(f"{world.ocp.username}:{OCP_PASSWORD}".encode()).decode()
