"""What happened to asks and commitments is edited by nobody: no code does, and the database refuses it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bsa.database import Database

from tests.conftest import Fresh

ROOT = Path(__file__).parents[2]
HISTORY = {"AskEvent", "CommitmentEvent", "ask_event", "commitment_event"}
NOWHERE_BUT = {"src/bsa/asks/actions.py:discard_draft"}
"""A draft that nobody outside the team saw is thrown away with its one event."""
UPDATES = ("update", "delete", "bulk_update_mappings", "bulk_delete")
COLUMNS = {"happened_on", "on_behalf_of", "residents_agreed", "not_kept", "reply_by", "words", "answer", "witnesses"}
"""Columns of an event that are written when it is made, and never after."""


def code() -> Iterator[tuple[str, str]]:
    for folder in ("src/bsa", "api", "web"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def faults_in(name: str, source: str) -> list[str]:
    """Name the functions that change or delete what happened."""
    tree = ast.parse(source)
    touching = any(isinstance(node, ast.Name) and node.id in HISTORY for node in ast.walk(tree))
    functions = [function for function in ast.walk(tree) if isinstance(function, ast.FunctionDef)]
    editing = [one.name for one in functions if any(_edits(node, touching) for node in ast.walk(one))]
    return [f"{name}:{one}" for one in editing if f"{name}:{one}" not in NOWHERE_BUT]


def _edits(node: ast.AST, touching: bool) -> bool:
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        names = {part.id for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.Name)}
        return called in UPDATES and bool(names & HISTORY or (called == "delete" and "event" in names))
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and touching:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(
            isinstance(target, ast.Attribute)
            and target.attr in COLUMNS
            and isinstance(target.value, ast.Name)
            and "event" in target.value.id
            for target in targets
        )
    return False


def test_no_code_edits_or_deletes_what_happened() -> None:
    read = list(code())

    assert len(read) > 200
    assert [fault for name, source in read for fault in faults_in(name, source)] == []
    assert any("session.delete(event)" in source for _, source in read)


@pytest.mark.parametrize(
    "planted",
    [
        "def mend(session, event): session.delete(event)",
        "def mend(session): session.execute(delete(CommitmentEvent))",
        "def mend(session): session.execute(update(AskEvent).values(words=''))",
        "def mend(event: CommitmentEvent): event.words = ''",
    ],
)
def test_code_that_does_is_found(planted: str) -> None:
    assert faults_in("x.py", planted) == ["x.py:mend"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commitment_event SET words = 'anders'",
        "DELETE FROM commitment_event",
        "UPDATE ask_event SET happened_on = '2026-01-01'",
        "DELETE FROM ask_event WHERE kind <> 'drafted'",
    ],
)
def test_the_database_refuses_it(fresh_walked: Fresh, statement: str) -> None:
    with fresh_walked() as (database, _), pytest.raises(DBAPIError, match="What happened is not changed"):
        _run(database, statement)


def _run(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(text(statement))
