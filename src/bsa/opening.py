"""Opening an installation for a command: of the environment, or of a demo's folder; and finding what was named."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError
from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from bsa.areas.models import Area
from bsa.database import Database, UnfitDatabase
from bsa.demo.folder import Folder
from bsa.institutions.models import Institution
from bsa.settings import Settings, in_words

DEMO = Path("var/demo")
SETTINGS = frozenset(f"BSA_{name.upper()}" for name in Settings.model_fields)

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="The folder of a demo. Without it: the installation that the environment names, or else the demo in "
        f"{DEMO}, if there is one.",
    ),
]


class CannotGoOn(Exception):
    """What is asked cannot be done; the message says why and how to go on."""


def settings_named(data: Path | None) -> Settings:
    """Return the settings: of a demo's folder, of the environment, or of the demo that is made without saying where."""
    if data is not None:
        take_settings(Folder(data).environment())
    elif "BSA_DATABASE_URL" not in os.environ and Folder(DEMO).finished:
        take_settings(Folder(DEMO).environment())
    try:
        return Settings()
    except ValidationError as error:
        raise CannotGoOn(
            f"The settings are not complete:\n{in_words(error)}\nSee .env.example, or name a demo with --data."
        ) from None


def take_settings(environment: dict[str, str]) -> None:
    """Put settings in the environment, where also the processes find them that are started to serve."""
    for name in SETTINGS & os.environ.keys():
        del os.environ[name]
    os.environ.update(environment)


@contextmanager
def opened_installation(data: Path | None) -> Iterator[Database]:
    """Open an installation that is fit to be used; refuse another, and change nothing."""
    settings = settings_named(data)
    for url in (settings.database_url, settings.keys_url):
        # Opening would make an empty file.
        path = make_url(url).database if url.startswith("sqlite") else None
        if path and not Path(path).is_file():
            raise UnfitDatabase(f"There is no database in {path}. Restore it, or make a new one with: bsa migrate")
    database = Database(settings)
    try:
        database.check()
        yield database
    finally:
        database.close()


def area_named(session: Session, wanted: str) -> UUID:
    """Find an area by code, of the latest division, or by name."""
    query = select(Area).order_by(col(Area.division_year).desc())
    by_code = session.exec(query.where(col(Area.code) == wanted)).first()
    named = [by_code] if by_code else session.exec(query.where(col(Area.name) == wanted)).all()
    if not named:
        raise CannotGoOn(f"There is no area {wanted!r}. Import it first: bsa areas import FILE")
    if len(named) > 1:
        levels = ", ".join(sorted(f"{one.level.value} {one.code or ''}".strip() for one in named))
        raise CannotGoOn(f"There is more than one area {wanted!r} ({levels}). Name the one you mean by its code.")
    return named[0].id


def institution_named(session: Session, wanted: str) -> UUID:
    """Find an institution by its name."""
    key = session.exec(select(Institution.id).where(col(Institution.name) == wanted)).first()
    if key is None:
        raise CannotGoOn(
            f"There is no institution {wanted!r}. Record it in the pages first, and write its name the same."
        )
    return key
