"""The command line: what it does, and how it refuses, in one paragraph and with nothing changed."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
import typer
from pydantic import SecretStr
from sqlalchemy import func, select

from bsa import cli, opening
from bsa.areas.models import Area
from bsa.database import Database
from bsa.demo.folder import DATABASE, KEYS, SETTINGS, UNFINISHED, Folder
from bsa.demo.stage import PASSWORD
from bsa.keyring import KeyRing
from bsa.people.actions import sign_in
from bsa.people.models import Account
from bsa.people.queries import actor_by_name, actor_by_token
from bsa.people.shapes import SignInIn
from bsa.permissions import Purpose, Role
from bsa.settings import Settings

from tests.grounds import geojson, square
from tests.played import Ran, bsa, settings_of

OTHER_KEY = "0f" * 32


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(ran: Ran) -> str:
    """Return the words of a refusal; it has an exit code, and no traceback."""
    assert ran.code != 0
    assert "Traceback" not in ran.err
    return ran.err


def rewritten(folder: Path, name: str, value: str) -> None:
    settings = folder / SETTINGS
    settings.write_text(re.sub(rf"(?m)^{name}=.*$", f"{name}={value}", settings.read_text()))


@pytest.fixture
def not_played(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the story out: it takes long, and here it does not matter."""
    monkeypatch.setattr(cli, "play", lambda database: None)


# --- demo -------------------------------------------------------------------------------------------------------------


def test_a_second_start_keeps_the_data(demo_folder: Path) -> None:
    before = files(demo_folder)

    ran = bsa("demo", "--data", demo_folder, "--no-serve")

    assert ran.code == 0
    assert files(demo_folder) == before
    assert "Playing" not in ran.out


def test_the_demo_tells_its_accounts_and_their_password(demo_folder: Path) -> None:
    ran = bsa("demo", "--data", demo_folder, "--no-serve")

    for name in ("activator", "teamleader", "corporation", "policy", "privacy", "admin"):
        assert re.search(rf"^  {name} ", ran.out, re.MULTILINE)
    assert PASSWORD in ran.out
    assert len(PASSWORD) >= 12


def test_an_account_of_the_demo_signs_in_with_the_password_that_was_told(demo_folder: Path) -> None:
    database = Database(settings_of(demo_folder))
    with database.writing() as session:
        assert sign_in(session, SignInIn(name="activator", password=SecretStr(PASSWORD)), "192.0.2.1")
    database.close()


@pytest.mark.usefixtures("not_played")
def test_fresh_starts_over(demo_folder: Path) -> None:
    ran = bsa("demo", "--data", demo_folder, "--no-serve", "--fresh")

    assert ran.code == 0
    assert "Playing" in ran.out
    database = Database(settings_of(demo_folder))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0
    database.close()


@pytest.mark.usefixtures("not_played")
def test_fresh_touches_nothing_in_a_folder_that_holds_something_else(demo_folder: Path) -> None:
    (demo_folder / "holiday.jpg").write_text("mine")
    before = files(demo_folder)

    assert "holiday.jpg" in refused(bsa("demo", "--data", demo_folder, "--no-serve", "--fresh"))
    assert files(demo_folder) == before


@pytest.mark.usefixtures("not_played")
def test_a_start_that_was_cut_off_is_begun_anew(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "demo")
    folder.begin()
    (folder.path / DATABASE).write_text("half a database")

    ran = bsa("demo", "--data", folder.path, "--no-serve")

    assert ran.code == 0
    assert folder.finished
    assert not (folder.path / UNFINISHED).exists()


def test_a_story_that_breaks_off_is_not_taken_for_a_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(database: Database) -> None:
        raise RuntimeError

    monkeypatch.setattr(cli, "play", break_off)

    with pytest.raises(RuntimeError):
        bsa("demo", "--data", tmp_path / "demo", "--no-serve")

    assert not Folder(tmp_path / "demo").finished


@pytest.mark.usefixtures("not_played")
def test_settings_of_another_installation_do_not_reach_the_demo(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/real.db"

    ran = bsa("demo", "--data", tmp_path / "demo", "--no-serve", BSA_DATABASE_URL=url, BSA_SMTP_URL="smtp://x")

    assert ran.code == 0
    assert not (tmp_path / "real.db").exists()


@pytest.mark.usefixtures("not_played")
def test_a_port_that_is_taken_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        assert f"port {port}" in refused(bsa("demo", "--data", tmp_path / "demo", "--port", port))

    assert not (tmp_path / "demo").exists()


def test_the_demo_serves_and_says_when_it_is_ready(demo_folder: Path) -> None:
    began = time.monotonic()
    # A file, not a pipe: nobody has to read it while the demo runs.
    with (demo_folder.parent / "said").open("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "bsa.cli", "demo", "--data", str(demo_folder), "--port", "0"],
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=demo_folder.parent,
            env={name: value for name, value in os.environ.items() if not name.startswith("BSA_")},
        )
        try:
            ready = None
            while ready is None and time.monotonic() - began < 60 and process.poll() is None:
                time.sleep(0.05)
                ready = re.search(r"^ready (http://127\.0\.0\.1:\d+)$", Path(said.name).read_text(), re.MULTILINE)
            assert ready, Path(said.name).read_text()
            with urlopen(f"{ready[1]}/health/ready", timeout=10) as answer:  # noqa: S310 - our own server
                assert answer.status == 200
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
    assert process.returncode == 0


# --- token ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("activator", Purpose.OWN_NEIGHBOURHOOD),
        ("privacy", Purpose.PRIVACY_CHECK),
        ("admin", Purpose.ADMINISTRATION),
    ],
)
def test_a_token_is_all_that_is_printed(demo_folder: Path, name: str, purpose: Purpose) -> None:
    ran = bsa("token", name, "--data", demo_folder)

    assert re.fullmatch(r"bsa_[\w-]{43}\n", ran.out)
    database = Database(settings_of(demo_folder))
    with database.reading() as session:
        actor = actor_by_token(session, ran.out.strip())
    database.close()
    assert actor is not None
    assert (actor.name, actor.purpose) == (name, purpose)


def test_the_purpose_of_a_token_can_be_chosen(demo_folder: Path) -> None:
    assert bsa("token", "activator", "--purpose", "standing_in", "--data", demo_folder).code == 0


def test_tokens_are_not_printed_in_production(demo_folder: Path) -> None:
    rewritten(demo_folder, "BSA_MODE", "production")

    ran = bsa("token", "activator", "--data", demo_folder)

    assert "production" in refused(ran)
    assert ran.out == ""


def test_there_is_no_token_for_an_unknown_account(demo_folder: Path) -> None:
    assert "'nobody'" in refused(bsa("token", "nobody", "--data", demo_folder))


def test_without_a_folder_the_demo_in_its_usual_place_is_meant(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "DEMO", demo_folder)

    assert bsa("token", "activator").out.startswith("bsa_")


# --- what does not fit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("token", "activator"), ("serve",), ("worker",)])
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BSA_KEY_RING", KeyRing({"demo": bytes(32)}).write(), "not the one that wrapped"),
        ("BSA_KEY_RING", KeyRing({"other": bytes(32)}).write(), "does not hold the key 'demo'"),
        ("BSA_KEY_RING", "", "Key 1 of the ring"),
        ("BSA_DATABASE_KEY", OTHER_KEY, "does not open"),
        ("BSA_DATABASE_KEY", "short", "64 hexadecimal digits"),
        ("BSA_KEYS_DATABASE_KEY", OTHER_KEY, "key store"),
        ("BSA_MODE", "party", "BSA_MODE"),
    ],
)
def test_a_wrong_key_refuses_to_start_and_changes_nothing(
    demo_folder: Path, command: tuple[str, ...], name: str, value: str, words: str
) -> None:
    rewritten(demo_folder, name, value)
    before = files(demo_folder)

    ran = bsa(*command, "--data", demo_folder)

    assert words in refused(ran)
    assert files(demo_folder) == before
    if len(value) > 5:
        assert value not in ran.err


@pytest.mark.parametrize("missing", [DATABASE, KEYS])
def test_a_missing_file_refuses_to_start_and_is_not_made(demo_folder: Path, missing: str) -> None:
    (demo_folder / missing).unlink()
    before = files(demo_folder)

    assert missing in refused(bsa("serve", "--data", demo_folder))
    assert files(demo_folder) == before


def test_tables_that_are_not_up_to_date_refuse_to_start(demo_folder: Path) -> None:
    database = Database(settings_of(demo_folder))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'earlier'")
    database.close()
    before = files(demo_folder)

    assert "bsa migrate" in refused(bsa("serve", "--data", demo_folder))
    assert files(demo_folder) == before


def test_settings_that_are_missing_are_all_named() -> None:
    words = refused(bsa("migrate"))

    assert all(name in words for name in ("BSA_DATABASE_URL", "BSA_KEYS_URL", "BSA_KEY_RING"))


def test_a_folder_without_a_demo_is_refused(tmp_path: Path) -> None:
    assert "There is no demo" in refused(bsa("token", "activator", "--data", tmp_path))
    assert files(tmp_path) == {}


def test_a_database_server_that_does_not_answer_is_said_without_its_password(tmp_path: Path) -> None:
    ran = bsa(
        "migrate",
        BSA_DATABASE_URL=f"postgresql://bsa:topsecret@/bsa?host={tmp_path}",
        BSA_KEYS_URL=f"postgresql://keys:topsecret@/bsa?host={tmp_path}",
        BSA_KEY_RING=KeyRing.make().write(),
    )

    assert "BSA_DATABASE_URL" in refused(ran)
    assert "topsecret" not in ran.err


# --- migrate, areas, account ------------------------------------------------------------------------------------------


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    """Make an empty installation by the command line, and return its environment."""
    environment = {
        "BSA_DATABASE_URL": f"sqlite:///{tmp_path}/bsa.db",
        "BSA_DATABASE_KEY": OTHER_KEY,
        "BSA_KEYS_URL": f"sqlite:///{tmp_path}/keys.db",
        "BSA_KEYS_DATABASE_KEY": OTHER_KEY,
        "BSA_KEY_RING": KeyRing.make().write(),
    }
    assert bsa("migrate", **environment).code == 0
    return environment


GOOD_AREAS = """level;name;code;year;parent;covers
municipality;Emmen;GM0114;2026;;
district;Wijk Demo;WK0114ZZ;2026;GM0114;
neighbourhood;Oude Molenbuurt;BU0114ZZ01;2026;WK0114ZZ;
complex;Molenstraat;;;BU0114ZZ01;
"""


def imported(tmp_path: Path, text: str, installation: dict[str, str]) -> Ran:
    file = tmp_path / "areas.csv"
    file.write_text(text, encoding="utf-8")
    return bsa("areas", "import", file, **installation)


def areas_in(installation: dict[str, str]) -> int:
    settings = {name.removeprefix("BSA_").lower(): value for name, value in installation.items()}
    database = Database(Settings.model_validate(settings))
    with database.reading() as session:
        found = session.scalar(select(func.count()).select_from(Area)) or 0
    database.close()
    return found


def test_migrating_twice_changes_nothing(installation: dict[str, str]) -> None:
    assert bsa("migrate", **installation).code == 0


def test_areas_are_recorded_from_a_file(tmp_path: Path, installation: dict[str, str]) -> None:
    ran = imported(tmp_path, GOOD_AREAS, installation)

    assert ran.out == "4 areas were recorded.\n"
    assert areas_in(installation) == 4


def test_a_file_with_mistakes_is_not_taken_and_every_mistake_is_named_by_its_line(
    tmp_path: Path, installation: dict[str, str]
) -> None:
    bad = GOOD_AREAS.replace("WK0114ZZ;2026;GM0114", "WK0114;2026;GM0114") + "place;De Wiek;;;BU9999ZZ01;\n"

    words = refused(imported(tmp_path, bad, installation))

    assert re.findall(r"^line (\d+):", words, re.MULTILINE) == ["3", "4", "5", "6"]
    assert areas_in(installation) == 0


def test_outlines_are_drawn_from_a_file_or_every_mistake_is_named(tmp_path: Path, installation: dict[str, str]) -> None:
    imported(tmp_path, GOOD_AREAS, installation)
    file = tmp_path / "outlines.geojson"
    file.write_bytes(geojson(square(6.9, 52.78, code="BU0114ZZ01")))
    assert bsa("areas", "shapes", file, **installation).out == "1 areas are on the map.\n"

    file.write_bytes(geojson(square(6.9, 52.78, name="Nergens"), {}))
    words = refused(bsa("areas", "shapes", file, **installation))
    assert re.findall(r"^Feature (\d+):", words, re.MULTILINE) == ["1", "2"]
    assert "No such file" in refused(bsa("areas", "shapes", tmp_path / "none.json"))


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), (b"\xff\xfe", "not UTF-8")])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "areas.csv"
    if content is not None:
        file.write_bytes(content)

    assert words in refused(bsa("areas", "import", file))


def test_an_account_is_made_with_a_password_that_is_shown_once(tmp_path: Path, installation: dict[str, str]) -> None:
    imported(tmp_path, GOOD_AREAS, installation)

    ran = bsa(
        *("account", "create", "m.winter", "--display-name", "Marloes Winter"),
        *("--role", "activator", "--role", "team_leader", "--area", "BU0114ZZ01", "--area", "Molenstraat"),
        **installation,
    )

    assert ran.code == 0, ran.err
    password = ran.out.strip().rpartition(" ")[2]
    settings = {name.removeprefix("BSA_").lower(): value for name, value in installation.items()}
    database = Database(Settings.model_validate(settings))
    with database.writing() as session:
        assert sign_in(session, SignInIn(name="m.winter", password=SecretStr(password)), "192.0.2.1")
        actor = actor_by_name(session, "m.winter", Purpose.OWN_NEIGHBOURHOOD)
    database.close()
    assert actor.roles == {Role.ACTIVATOR, Role.TEAM_LEADER}
    assert len(actor.area_ids) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--role", "activator"), "Choose the areas"),
        (("--role", "activator", "--area", "Nergenshuizen"), "There is no area 'Nergenshuizen'"),
        (("--role", "institution_contact"), "for which institution"),
        (("--role", "institution_contact", "--institution", "Niemand"), "There is no institution 'Niemand'"),
        (("--role", "king"), "king"),
    ],
)
def test_an_account_that_does_not_fit_is_refused_in_words(
    installation: dict[str, str], options: tuple[str, ...], words: str
) -> None:
    ran = bsa("account", "create", "m.winter", "--display-name", "Marloes", *options, **installation)

    assert words in refused(ran)
    assert ran.out == ""


def test_a_name_that_is_no_handle_is_refused(installation: dict[str, str]) -> None:
    ran = bsa("account", "create", "M Winter", "--display-name", "M", "--role", "administrator", **installation)

    assert refused(ran).startswith("name: ")


def test_a_name_is_given_once(installation: dict[str, str]) -> None:
    words = ("account", "create", "boss", "--display-name", "B", "--role", "administrator")
    assert bsa(*words, **installation).code == 0

    assert "already" in refused(bsa(*words, **installation))


def test_an_area_with_a_name_that_others_have_too_is_named_by_its_code(
    tmp_path: Path, installation: dict[str, str]
) -> None:
    twin = "neighbourhood;Molenstraat;BU0114ZZ02;2026;WK0114ZZ;\n"
    imported(tmp_path, GOOD_AREAS + twin, installation)

    ran = bsa(
        *("account", "create", "m.winter", "--display-name", "M", "--role", "activator", "--area", "Molenstraat"),
        **installation,
    )

    assert "BU0114ZZ02" in refused(ran)


# --- help -------------------------------------------------------------------------------------------------------------


def test_every_command_and_every_option_explains_itself() -> None:
    commands = dict(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]
    for name in ("areas", "account", "client", "partner", "statistics"):
        group = commands.pop(name)
        assert group.help
        commands |= {f"{name} {inner}": command for inner, command in group.commands.items()}

    of_areas = {"areas import", "areas postcodes", "areas shapes"}
    of_clients = {name for name in commands if name.startswith("client ")}
    own = {"demo", "serve", "migrate", "worker", "token", "account create", "partner simulate"}
    of_statistics = {name for name in commands if name.startswith("statistics ")}
    assert len(of_clients) > 5
    assert len(of_statistics) > 5
    assert set(commands) == own | of_areas | of_clients | of_statistics
    for command in commands.values():
        assert command.help
        assert all(getattr(option, "help", None) for option in command.params)


def test_without_a_command_the_help_is_shown() -> None:
    assert "Usage" in bsa("--help").out


def test_a_stranger_to_the_folder_reads_nothing(demo_folder: Path) -> None:
    for name in (DATABASE, KEYS):
        assert not (demo_folder / name).read_bytes().startswith(b"SQLite format 3")
    assert b"activator" not in (demo_folder / DATABASE).read_bytes()
