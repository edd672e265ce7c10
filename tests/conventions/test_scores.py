"""Scores on scales are read for one resident, or through the one function that knows what may be added up."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src/bsa", "api", "web")
HOME = "src/bsa/scales"
THE_WAY = "scores_to_add_up"
NAMES = {"ScaleScore", "scale_score"}
NO_READING = {
    "src/bsa/scales/models.py",
    "src/bsa/residents/models.py",
    "src/bsa/compass/elements.py",
    "src/bsa/population/storing.py",
}
"""Where the name stands and no score is read: the row itself, the level from which it may be kept, kinds of events, and
what puts made-up people into a test installation."""


def mentions(node: ast.AST) -> bool:
    """Tell whether the rows of scores are named in here."""
    for part in ast.walk(node):
        if (
            isinstance(part, ast.Name | ast.Attribute)
            and (part.id if isinstance(part, ast.Name) else part.attr) in NAMES
        ):
            return True
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and "scale_score" in part.value.split("."):
            return not part.value.startswith("scale_score.")
    return False


def selects(node: ast.AST) -> bool:
    """Tell whether a function asks the database for scores."""
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    return any(
        isinstance(call.func, ast.Name) and call.func.id == "select" and any(map(mentions, call.args)) for call in calls
    )


def one_residents(node: ast.AST) -> bool:
    """Tell whether a function narrows what it asks for to one resident, or to one score by its key."""
    return any(
        isinstance(part, ast.Compare)
        and isinstance(part.ops[0], ast.Eq)
        and ast.unparse(part.left) in ("col(ScaleScore.resident_id)", "col(ScaleScore.id)")
        for part in ast.walk(node)
    )


def faults_in(path: str, source: str) -> list[str]:
    """Return the places of a source in which scores are read in bulk."""
    tree = ast.parse(source)
    if path in NO_READING:
        return []
    if not path.startswith(HOME):
        imports = [alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
        return [path] if NAMES & set(imports) or mentions(tree) else []
    return [
        f"{path}: {node.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and selects(node) and not one_residents(node) and node.name != THE_WAY
    ]


def test_nobody_reads_scores_in_bulk_but_by_the_one_way() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    found = [faults_in(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files]

    assert [fault for faults in found for fault in faults] == []


def test_the_one_way_looks_at_what_the_maker_allows() -> None:
    tree = ast.parse((ROOT / HOME / "queries.py").read_text(encoding="utf-8"))
    (way,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == THE_WAY]

    assert "ScaleDefinition.aggregate_allowed).is_(True)" in ast.unparse(way)


@pytest.mark.parametrize(
    ("path", "planted"),
    [
        ("src/bsa/figures/queries.py", "from bsa.scales.models import ScaleScore"),
        ("src/bsa/figures/queries.py", "select(METADATA.tables['scale_score'])"),
        ("src/bsa/figures/queries.py", "import bsa.scales.models as m\nselect(m.ScaleScore)"),
        ("src/bsa/scales/queries.py", "def mean(session):\n    return session.scalars(select(ScaleScore)).all()"),
        ("src/bsa/scales/queries.py", "def mean(session):\n    return select(func.avg(col(ScaleScore.level)))"),
    ],
)
def test_a_reading_in_bulk_would_be_found(path: str, planted: str) -> None:
    assert faults_in(path, planted)
