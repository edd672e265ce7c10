"""My part and their part stays within its feature: nothing else in the software touches the table.

Search, exports, referrals, figures and whatever is written later cannot read what they cannot name. The rows are moved
and deleted with a resident by the generic tools of `bsa.lifecycle`, which find tables by themselves.
"""

import ast
import re
from pathlib import Path

import pytest

from bsa.compass.elements import SHOWS
from bsa.registry import METADATA

ROOT = Path(__file__).parents[2]
HOUSES = [ROOT / "src" / "bsa", ROOT / "api", ROOT / "web"]
OWN = {"src/bsa/shares/models.py", "src/bsa/shares/queries.py", "src/bsa/shares/actions.py"}
"""The only files that may name the rows."""
DOORS = {"api/shares.py", "web/shares.py", "src/bsa/demo/doing.py"}
"""The only files outside the feature that may call what reads and writes them: its doors, and the demo that plays."""
CODES = {"ShareSide", "SharePrompt", "Author"}
NAMED_ONLY = {
    "src/bsa/registry.py",
    "src/bsa/residents/models.py",
    "src/bsa/permissions.py",
    "src/bsa/lifecycle/queries.py",
    "src/bsa/compass/elements.py",
}
"""Where the table, its right or the element stands as a word: in lists of codes, and in what is secret."""
ELSEWHERE = ["src/bsa/search/index.py", "src/bsa/compass/queries.py", "api/residents.py", "web/day.py"]
MENTIONED = re.compile(r"\bOwnShare\b|\bown_share\b(?!_)")


def faults_in(name: str, text: str) -> list[str]:
    """Tell where a file reaches for the rows without being one that may."""
    tree, faults = ast.parse(text), []
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            modules = [(alias.name, "*") for alias in node.names]
        for module, what in modules:
            whole = f"{module}.{what}"
            if not re.match(r"bsa\.shares\b", whole):
                continue
            if name.startswith("src/bsa/shares/") or (name in DOORS and what != "OwnShare"):
                continue
            if module == "bsa.shares.models" and (what in CODES or name == "src/bsa/registry.py"):
                continue
            faults.append(f"{name}: imports {whole}")
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    if name not in OWN | NAMED_ONLY | DOORS and not name.startswith("src/bsa/shares/"):
        faults += [f"{name}: names {word!r}" for word in [*words, *names] if MENTIONED.search(word)]
    return faults


def files() -> list[Path]:
    return sorted(path for house in HOUSES for path in house.rglob("*.py"))


def test_nothing_outside_the_feature_reaches_for_the_rows() -> None:
    found = [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files()]

    assert len(found) > 200
    assert [fault for name, text in found for fault in faults_in(name, text)] == []


def test_no_other_table_leans_on_it() -> None:
    keys = [(table.name, key) for table in METADATA.sorted_tables for key in table.foreign_keys]
    leaning = [name for name, key in keys if key.column.table.name == "own_share"]

    assert leaning == []


def test_no_figure_counts_its_events() -> None:
    assert [kind for kind in SHOWS if kind.startswith("own_share.")] == []


@pytest.mark.parametrize(
    "planted",
    [
        "from bsa.shares.models import OwnShare",
        "import bsa.shares.models",
        "from bsa.shares import queries",
        "from bsa.shares.queries import list_own_shares",
        "from sqlalchemy import text\nquery = text('SELECT words FROM own_share')",
        "rows = METADATA.tables['own_share']",
    ],
)
@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_planted_fault_is_found(name: str, planted: str) -> None:
    assert faults_in(name, planted)


def test_what_may_is_let_through() -> None:
    assert faults_in("api/shares.py", "from bsa.shares import actions, queries") == []
    assert faults_in("web/shares.py", "from bsa.shares.models import Author, ShareSide") == []
    assert faults_in("src/bsa/registry.py", "import bsa.shares.models") == []
    assert faults_in("api/shares.py", "from bsa.shares.models import OwnShare") != []
