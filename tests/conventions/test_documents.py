"""The documents say what the code does: pages read off the code, and words for every name in it."""

import re
from enum import Enum as PythonEnum
from pathlib import Path

import pytest
from sqlalchemy import Enum, Table
from typer.core import TyperGroup as Group
from typer.main import get_command

from api.app import ROUTERS
from bsa import cli, documents, keystore
from bsa.asks import standing as asks
from bsa.asks.models import AskEventKind, AskState
from bsa.commitments import standing as ledger
from bsa.commitments.models import CommitmentEventKind, CommitmentState
from bsa.permissions import RULES, Actor, Permission, Role, is_policy_officer
from bsa.registry import METADATA
from bsa.residents.models import FIELD_LEVELS, RegistrationLevel
from bsa.sealing import SealedText
from bsa.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
RENEW = "make documents"


def differing(folder: Path) -> list[str]:
    """Name the pages that are not what the code says now."""
    return [
        name
        for name, page in documents.PAGES.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != page()
    ]


def table_after(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    under = text.split(f"\n{heading}\n", 1)[1]
    rows = re.search(r"(?m)^\|.*(?:\n\|.*)*", under)
    assert rows, heading
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[0].splitlines()[2:]]


def first_cells(text: str, heading: str) -> list[str]:
    return [row[0].strip("`") for row in table_after(text, heading)]


def words() -> str:
    return (DOCS / "words.md").read_text(encoding="utf-8")


def enums() -> dict[str, type[PythonEnum]]:
    """Return every closed list of codes that a table keeps, by name."""
    return {
        column.type.enum_class.__name__: column.type.enum_class
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum) and column.type.enum_class is not None
    }


def codes_in_words(text: str) -> dict[str, list[str]]:
    headings = re.findall(r"(?m)^(### `(\w+)`: .+)$", text)
    return {name: first_cells(text, heading) for heading, name in headings}


def faults_in_codes(text: str) -> list[str]:
    """Say which closed lists, and which codes in them, have no word or too many."""
    told, wanted = codes_in_words(text), {name: [code.value for code in kind] for name, kind in enums().items()}
    return [
        f"{name}: {sorted(set(told.get(name, [])) ^ set(wanted.get(name, [])))}"
        for name in sorted(told.keys() | wanted.keys())
        if sorted(told.get(name, [])) != sorted(wanted.get(name, []))
    ]


def parts_of_addresses() -> set[str]:
    """Return the words in the addresses of the API, without the keys."""
    paths = [str(getattr(route, "path", "")) for router in ROUTERS for route in router.routes]
    return {part for path in paths for part in path.split("/") if part and not part.startswith("{")}


def test_the_generated_pages_are_what_the_code_says() -> None:
    assert differing(DOCS) == [], f"These pages are not what the code says any more. Renew them: {RENEW}"


def test_make_knows_the_command_that_renews_them(tmp_path: Path) -> None:
    assert re.search(r"(?m)^documents:", (ROOT / "Makefile").read_text())
    documents.write(tmp_path)

    assert differing(tmp_path) == []


def test_a_rule_that_changes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, Permission.ERASE_RESIDENT, [[is_policy_officer]])

    assert differing(DOCS) == ["permissions.md"]


def test_a_transition_that_changes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ledger.TRANSITIONS, CommitmentEventKind.CLAIMED, frozenset({CommitmentState.CONFIRMED}))
    assert differing(DOCS) == ["states.md"]

    monkeypatch.undo()
    monkeypatch.setitem(asks.TRANSITIONS, AskEventKind.CLOSED, frozenset({AskState.ANSWERED}))
    assert differing(DOCS) == ["states.md"]


def test_a_condition_of_the_ledger_without_words_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ledger.CONDITIONS, CommitmentEventKind.MOVED, lambda stands, on: not stands.contested)

    with pytest.raises(ValueError, match="words"):
        documents.states_page()


def test_a_condition_of_a_rule_without_words_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(actor: Actor, subject: object) -> bool:
        return True

    monkeypatch.setitem(RULES, Permission.SEE_AREAS, [[silent]])

    with pytest.raises(ValueError, match="silent"):
        documents.permissions_page()


def test_how_far_a_permission_reaches_is_found_by_trying() -> None:
    assert documents.reach(Role.ACTIVATOR, Permission.OPEN_RECORD) == "own residents"
    assert documents.reach(Role.TEAM_LEADER, Permission.OPEN_RECORD) == "–"
    assert documents.reach(Role.TEAM_LEADER, Permission.SEE_PROMISE_COUNTS) == "here"
    assert documents.reach(Role.POLICY_OFFICER, Permission.SEE_COMMITMENTS) == "here, published"
    assert documents.reach(Role.ADMINISTRATOR, Permission.SEE_AREAS) == "always"


def test_every_table_has_a_word() -> None:
    tables = {*METADATA.tables, *keystore.metadata.tables}

    assert len(tables) > 30
    assert sorted(first_cells(words(), "## Tables")) == sorted(tables)


def test_every_code_has_a_word() -> None:
    assert len(enums()) > 30
    assert faults_in_codes(words()) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        (("| `evasive` |", "| `vague` |"), ["AnswerKind: ['evasive', 'vague']"]),
        (("### `Verdict`:", "### `Judgement`:"), ["Judgement:", "Verdict:"]),
    ],
)
def test_a_code_without_a_word_is_found(planted: tuple[str, str], found: list[str]) -> None:
    faults = faults_in_codes(words().replace(*planted))

    assert len(faults) == len(found)
    assert all(fault.startswith(start) for fault, start in zip(faults, found, strict=True))


def test_every_part_of_an_address_of_the_api_has_a_word() -> None:
    parts = parts_of_addresses()

    assert len(parts) > 40
    assert parts - set(first_cells(words(), "## Addresses")) == set()


def test_no_word_is_left_empty() -> None:
    empty = [line for line in words().splitlines() if re.search(r"\|\s*\|", line)]

    assert empty == []


def test_the_matrix_of_fields_and_levels_is_the_one_in_the_code() -> None:
    table = table_after((DOCS / "privacy.md").read_text(encoding="utf-8"), "## What is kept, by registration level")
    levels = list(RegistrationLevel)
    told = {row[0].strip("`"): [cell == "yes" for cell in row[1 : 1 + len(levels)]] for row in table}

    assert told == {
        field: [levels.index(level) >= levels.index(lowest) for level in levels]
        for field, lowest in FIELD_LEVELS.items()
    }


def test_the_sealed_cells_are_the_ones_in_the_code() -> None:
    told = {row[0].strip("`"): row[1] for row in table_after((DOCS / "privacy.md").read_text(), "## What is sealed")}
    sealed = {
        f"{table.name}.{column.name}": whose_key(table)
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, SealedText)
    }

    assert len(sealed) > 10
    assert told == sealed


def whose_key(table: Table) -> str:
    """Tell with whose key the cells of a table are sealed."""
    if table.name == "resident" or "resident_id" in table.columns:
        return "the resident"
    return "the referral" if table.name in ("referral", "referral_event") else "the installation"


def operations() -> set[tuple[str, str]]:
    """Return every operation of the API, with a plain `{id}` for each key."""
    return {
        (method, re.sub(r"{\w+}", "{id}", str(getattr(route, "path", ""))))
        for router in ROUTERS
        for route in router.routes
        for method in getattr(route, "methods", None) or ()
    }


def unknown_operations(text: str) -> list[str]:
    """Return the operations that a text names and the API does not have."""
    named = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (?:/api/v1)?(/[a-z][^\s`?]*)", text)
    plain = [(method, re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", path)) for method, path in named]
    assert plain
    return [f"{method} {path}" for method, path in plain if (method, path) not in operations()]


@pytest.mark.parametrize("page", ["api.md", "integrate.md"])
def test_the_pages_about_the_api_name_no_operation_that_is_not_there(page: str) -> None:
    assert unknown_operations((DOCS / page).read_text(encoding="utf-8")) == []


def test_an_operation_that_is_not_there_is_found() -> None:
    assert unknown_operations("`DELETE /commitments/{id}`") == ["DELETE /commitments/{id}"]


def test_the_page_about_operating_names_every_command_and_no_other() -> None:
    named = set(re.findall(r"(?m)^\| `bsa ([a-z]+(?: [a-z-]+)?)", (DOCS / "operating.md").read_text(encoding="utf-8")))
    command = get_command(cli.app)
    assert isinstance(command, Group)
    known = {
        f"{name} {inner}" if inner else name
        for name, one in command.commands.items()
        for inner in (one.commands if isinstance(one, Group) else [""])
    }

    assert named == known


def test_every_setting_is_told_to_whoever_runs_an_installation() -> None:
    told = set(re.findall(r"`BSA_([A-Z_]+)`", (DOCS / "operating.md").read_text(encoding="utf-8")))

    assert {name.lower() for name in told} >= set(Settings.model_fields)


def broken_links(page: Path, text: str) -> list[str]:
    """Return the links of a page that lead to no file."""
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", text)
    return [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text(encoding="utf-8")) == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    assert broken_links(DOCS / "index.md", "[here](words.md) and [there](nowhere.md#x)") == ["nowhere.md"]


def test_every_decision_is_listed_and_has_its_four_parts() -> None:
    decisions = sorted((DOCS / "adr").glob("[0-9]*.md"))
    listed = (DOCS / "adr" / "index.md").read_text(encoding="utf-8")

    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    assert [path.name for path in decisions if f"({path.name})" not in listed] == []
    for path in decisions:
        parts = re.findall(r"(?m)^## (.+)$", path.read_text(encoding="utf-8"))
        assert parts == ["Context", "Decision", "Evidence", "Consequences"], path.name


def test_every_dependency_has_its_reason() -> None:
    told = (DOCS / "adr" / "0002-dependencies.md").read_text(encoding="utf-8")
    wishes = [
        line
        for name in ("run.in", "test.in", "build.in")
        for line in (ROOT / "requirements" / name).read_text().splitlines()
        if line and not line.startswith(("#", "-"))
    ]

    assert wishes
    named = [re.split(r"[\[ ;]", wish)[0] for wish in wishes]
    assert [name for name in named if f"`{name}`" not in told] == []
