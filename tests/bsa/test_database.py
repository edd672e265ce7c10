"""The ways into the database: reading cannot write, writers wait for each other, migrations go up and down."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from bsa.areas.models import Area
from bsa.database import Database, UnfitDatabase
from bsa.keyring import KeyRing, WrongKeyRing
from bsa.registry import METADATA
from bsa.rows import locked
from bsa.settings import Settings

from tests.cast import Cast
from tests.conftest import Fresh, settings_for

WRITERS, EACH = 20, 15


def test_reading_cannot_write(database: Database, cast: Cast) -> None:
    with database.reading() as session, pytest.raises(DBAPIError):
        session.execute(text("UPDATE area SET name = 'x'"))


def test_a_block_that_fails_leaves_nothing(database: Database, cast: Cast) -> None:
    def rename_and_fail() -> None:
        with database.writing() as session:
            session.get_one(Area, cast.here_id).name = "x"
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rename_and_fail()
    with database.reading() as session:
        assert session.get_one(Area, cast.here_id).name == "Oude Molenbuurt"


def test_twenty_writers_who_read_first_all_succeed_and_none_decides_on_something_old(
    database: Database, cast: Cast
) -> None:
    def write(_: int) -> None:
        for _ in range(EACH):
            with database.writing() as session:
                area = _found(session, cast)
                area.division_year = (area.division_year or 0) + 1
                area.touch()

    before = _year_and_version(database, cast)
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    after = _year_and_version(database, cast)

    assert [now - then for now, then in zip(after, before, strict=True)] == [WRITERS * EACH] * 2


def _year_and_version(database: Database, cast: Cast) -> tuple[int, int]:
    with database.reading() as session:
        area = session.get_one(Area, cast.here_id)
        return area.division_year or 0, area.version


def _found(session: Session, cast: Cast) -> Area:
    query = select(Area).where(col(Area.id) == cast.here_id)
    return session.scalars(locked(session, query, Area)).one()


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrations_go_down_and_up_again_also_with_people_in_it(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, _):
        database.migrate("base")
        assert set(inspect(database.engine).get_table_names()) & set(METADATA.tables) == set()
        database.migrate()
        assert set(METADATA.tables) <= set(inspect(database.engine).get_table_names())
        database.check()


def test_a_sqlite_file_is_unreadable_without_its_key(tmp_path: Path) -> None:
    settings = _fresh(tmp_path)
    database = Database(settings)
    database.migrate()
    database.close()
    assert b"SQLite format" not in (tmp_path / "bsa.db").read_bytes()[:100]
    before = (tmp_path / "bsa.db").read_bytes()

    strange = Database(settings.model_copy(update={"database_key": SecretStr("00" * 32)}))
    with pytest.raises(UnfitDatabase):
        strange.check()
    strange.close()

    assert (tmp_path / "bsa.db").read_bytes() == before


def test_a_wrong_ring_or_a_lost_key_store_refuses_and_changes_nothing(tmp_path: Path) -> None:
    settings = _fresh(tmp_path)
    database = Database(settings)
    database.migrate()
    database.close()
    files = ("bsa.db", "keys.db")
    before = [(tmp_path / name).read_bytes() for name in files]

    other = SecretStr(KeyRing.make("test").write())
    strange = Database(settings.model_copy(update={"key_ring": other}))
    with pytest.raises(WrongKeyRing):
        strange.check()
    strange.close()
    assert [(tmp_path / name).read_bytes() for name in files] == before

    (tmp_path / "keys.db").unlink()
    lost = Database(settings)
    with pytest.raises(WrongKeyRing):
        lost.check()
    lost.close()


def test_tables_that_are_not_up_to_date_refuse_to_start(tmp_path: Path) -> None:
    database = Database(_fresh(tmp_path))
    with pytest.raises(UnfitDatabase, match="bsa migrate"):
        database.check()
    database.close()


def test_a_key_store_is_never_made_anew_beside_a_database_in_use(fresh_walked: Fresh, database_kind: str) -> None:
    with fresh_walked() as (database, _):
        with database.keys_engine.begin() as connection:
            connection.execute(text("DELETE FROM data_key"))
        with pytest.raises(WrongKeyRing):
            database.migrate()


def _fresh(folder: Path) -> Settings:
    return settings_for(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db")
