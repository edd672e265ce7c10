"""`bsa statistics …`: figures on the command line, and a made-up population to attack them with."""

import csv
import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Annotated

import typer
from sqlalchemy import select
from sqlmodel import Session, col

from bsa.areas.importing import BadFile, LineFault
from bsa.closing.actions import draw_quarter, publish_release
from bsa.closing.queries import preview_quarter
from bsa.closing.shapes import DrawingIn, PublicationIn
from bsa.database import Database
from bsa.demo.folder import Folder
from bsa.opening import CannotGoOn, DataOption, opened_installation, take_settings
from bsa.population.reading import ATTRIBUTES, read_population
from bsa.population.storing import store_population
from bsa.quarters import QUARTER
from bsa.settings import Mode, Settings
from bsa.statistics.exporting import hierarchy_csv, institutions_csv, published_csv
from bsa.statistics.inhabitants import take_inhabitants
from bsa.statistics.masters import destroy_master
from bsa.statistics.models import StatisticsRelease
from bsa.statistics.published import dataset_of
from bsa.statistics.releases import latest

statistics = typer.Typer(no_args_is_help=True, help="The published figures, and a population to attack them with.")

PeriodArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="A quarter, such as 2026-Q3.")]
MunicipalityOption = Annotated[
    str | None, typer.Option(help="The municipality's code; needed only where there is more than one.")
]


@statistics.command("inhabitants")
def inhabitants(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with the columns code, year, inhabitants.")],
    data: DataOption = None,
) -> None:
    """Take in how many people live in each area, by public figures: all lines, or none and every mistake by its line.

    Small areas are published together, by these figures alone. Once figures of the next year are drawn they stay.
    """
    text = _text_of(file)
    with opened_installation(data) as database, database.writing() as session:
        try:
            taken = take_inhabitants(session, _inhabitants(text))
        except BadFile as error:
            raise CannotGoOn(_in_words(error, file)) from None
    typer.echo(f"{taken} figures were taken in.")


@statistics.command("seed")
def seed(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file, as described above; UTF-8.")],
    data: Annotated[Path, typer.Option("--data", help="The folder of the test installation; it is made when empty.")],
    inhabitants: Annotated[
        Path | None, typer.Option(help="A CSV file with code, inhabitants; 1,000 a neighbourhood without it.")
    ] = None,
) -> None:
    """Put a made-up population into a test installation, to attack the figures about it.

    The columns are period, resident, neighbourhood, and any of these attributes; the attributes and their values are
    listed by: bsa statistics attributes. A row says how somebody was at the end of a quarter. Somebody may have several
    life areas, apart by ; and an outcome goes with a partner.
    """
    try:
        population = read_population(_text_of(file))
        living = (
            {code: number for (code, _), number in _inhabitants(_text_of(inhabitants), year=0).items()}
            if inhabitants
            else {}
        )
    except BadFile as error:
        raise CannotGoOn(_in_words(error, file)) from None
    _make_folder(Folder(data))
    began = time.monotonic()
    with opened_installation(data) as database:
        if database.settings.mode is Mode.PRODUCTION:
            raise CannotGoOn("A made-up population is put only into a test installation. Name its folder with --data.")
        with database.writing() as session:
            store_population(
                session, population, living, lambda done, all_: typer.echo(f"{done} of {all_} residents", err=True)
            )
    typer.echo(
        f"{len(population.people)} residents in {len(population.neighbourhoods)} neighbourhoods, "
        f"{population.periods[0]} to {population.periods[-1]}, in {time.monotonic() - began:.0f} s."
    )


@statistics.command("attributes")
def list_attributes() -> None:
    """List the attributes that a made-up population may have, with their values."""
    for name, values in ATTRIBUTES.items():
        typer.echo(f"{name}: {', '.join(values)}")


@statistics.command("close")
def close(
    period: PeriodArgument,
    yes: Annotated[
        bool, typer.Option("--yes", help="Publish; without it only what would be published is shown.")
    ] = False,
    municipality: MunicipalityOption = None,
    reason: Annotated[str | None, typer.Option(help="Why a revision is made, when the quarter is published.")] = None,
    data: DataOption = None,
) -> None:
    """Draw the figures of a quarter and publish them. Interrupted, nothing is published; run again, it is the same."""
    told = DrawingIn(period=_quarter(period), municipality=municipality, reason=reason)
    with opened_installation(data) as database:
        if not yes:
            with database.reading() as session:
                preview = preview_quarter(session, None, told)
            typer.echo(
                f"{preview.municipality} {preview.period}: {', '.join(preview.tables)}; {preview.neighbourhoods} "
                f"neighbourhoods. It tells {preview.cost:.2f} about one resident at most; {preview.spent:.2f} of "
                f"{preview.budget:.2f} was told about this year. Nothing was published. To publish: --yes"
            )
            return
        with _progress(f"Counting {period}"), database.writing() as session:
            drawn = draw_quarter(session, None, told)
            if drawn.published_at is None:
                publish_release(session, None, drawn.id, PublicationIn(previewed=True))
    typer.echo(f"{drawn.municipality} {drawn.period} r{drawn.revision} is published: {drawn.fingerprint}")


@statistics.command("list")
def list_releases(data: DataOption = None) -> None:
    """List what was drawn."""
    with opened_installation(data) as database, database.reading() as session:
        rows = session.scalars(select(StatisticsRelease).order_by(col(StatisticsRelease.period)))
        for row in rows:
            state = "drawn" if row.published_at is None else "definitive" if row.definitive_on else "provisional"
            typer.echo(f"{row.municipality} {row.period} r{row.revision} {state} {row.fingerprint or ''}".strip())


@statistics.command("export")
def export(
    period: PeriodArgument,
    out: Annotated[Path, typer.Option("--out", help="The folder to write to; it is made if it is not there.")],
    municipality: MunicipalityOption = None,
    data: DataOption = None,
) -> None:
    """Write the published figures of a quarter as CSV, with what adds up to what."""
    with opened_installation(data) as database, database.reading() as session:
        row = latest(session, municipality or _only(session), _quarter(period), published=True)
        if row is None:
            raise CannotGoOn(
                f"Nothing is published about {period}. Publish it first: bsa statistics close {period} --yes"
            )
        dataset = dataset_of(row)
    out.mkdir(parents=True, exist_ok=True)
    files = {
        "published.csv": published_csv([dataset]),
        "hierarchy.csv": hierarchy_csv(dataset),
        "institutions.csv": institutions_csv([dataset]),
    }
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
    typer.echo(f"{', '.join(files)} are in {out}.")


@statistics.command("forget-key")
def forget_key(
    year: Annotated[int, typer.Argument(min=2020, max=2099, metavar="YEAR", help="The year of the figures.")],
    yes: Annotated[bool, typer.Option("--yes", help="Destroy it; it cannot be brought back.")] = False,
    data: DataOption = None,
) -> None:
    """Destroy the key from which the figures of a year were drawn. They stay; none can be drawn for that year again."""
    if not yes:
        raise CannotGoOn(
            f"Without its key nothing of {year} can be drawn or revised again. Nothing was destroyed. To do it: --yes"
        )
    with opened_installation(data) as database:
        destroy_master(database.keystore, year)
    typer.echo(f"The key of {year} is destroyed.")


def _only(session: Session) -> str:
    found = session.scalars(select(col(StatisticsRelease.municipality)).distinct()).all()
    if len(found) != 1:
        raise CannotGoOn("Name the municipality: --municipality GM0344" if found else "Nothing was published yet.")
    return str(found[0])


def _quarter(period: str) -> str:
    if not QUARTER.fullmatch(period):
        raise CannotGoOn(f"{period!r} is no quarter. Write it as 2026-Q3.")
    return period


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise CannotGoOn(f"{file} cannot be read: {reason}.") from None


def _in_words(error: BadFile, file: Path) -> str:
    lines = "\n".join(f"line {fault.line}: {fault.message}" for fault in error.faults)
    return f"Nothing was stored. Mend these lines of {file}:\n{lines}"


def _inhabitants(text: str, year: int | None = None) -> dict[tuple[str, int], int]:
    """Read code, year and inhabitants; with `year`, the column of the year may be missing."""
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter)
    found, faults = dict[tuple[str, int], int](), list[LineFault]()
    needed = {"code", "inhabitants"} | (set() if year is not None else {"year"})
    if missing := sorted(needed - set(rows.fieldnames or ())):
        raise BadFile([LineFault(1, f"The columns {', '.join(missing)} are missing.")])
    for number, row in enumerate(rows, start=2):
        try:
            key = (row["code"].strip(), int(row["year"]) if year is None else year)
            found[key] = int(row["inhabitants"])
        except (ValueError, TypeError):
            faults.append(LineFault(number, "Write a code, a year and a number of inhabitants, in whole numbers."))
    if faults:
        raise BadFile(faults)
    return found


def _make_folder(folder: Folder) -> None:
    """Make an empty test installation in a folder, unless there is one."""
    if folder.finished:
        return
    folder.clear()
    folder.begin()
    take_settings(folder.environment())
    database = Database(Settings())
    try:
        database.migrate()
    finally:
        database.close()
    folder.finish()


@contextmanager
def _progress(words: str) -> Iterator[None]:
    """Say each second that it is still going on, where somebody is looking."""
    over = Flag()

    def say() -> None:
        began = time.monotonic()
        while not over.wait(1):
            typer.echo(f"\r{words} … {time.monotonic() - began:.0f} s", nl=False, err=True)

    thread = Thread(target=say, daemon=True)
    if sys.stderr.isatty():
        thread.start()
    try:
        yield
    finally:
        over.set()
        if thread.is_alive():
            thread.join()
            typer.echo(err=True)
