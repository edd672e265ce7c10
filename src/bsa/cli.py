"""The command line: `bsa …`. What goes wrong is said in one paragraph, and nothing was changed then."""

import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated

import sqlcipher3.dbapi2 as sqlcipher
import typer
import uvicorn
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bsa.areas.importing import BadFile, import_areas
from bsa.areas.postcodes import import_postcodes
from bsa.client_commands import client
from bsa.database import Database, UnfitDatabase
from bsa.demo.folder import Folder, NotOurFolder
from bsa.demo.play import play
from bsa.demo.stage import ACCOUNTS, PASSWORD
from bsa.errors import Invalid, NotFound, Refusal
from bsa.jobs import Rounds
from bsa.keyring import WrongKeyRing
from bsa.opening import (
    DEMO,
    CannotGoOn,
    DataOption,
    area_named,
    institution_named,
    opened_installation,
    settings_named,
    take_settings,
)
from bsa.partner_commands import partner
from bsa.people.actions import create_account, issue_token
from bsa.people.models import Account
from bsa.people.passwords import make_password
from bsa.people.queries import actor_by_name
from bsa.people.shapes import AccountIn
from bsa.permissions import Purpose, Role
from bsa.places.actions import draw_map
from bsa.places.outlines import read_outlines
from bsa.scales.actions import add_shipped_scales
from bsa.settings import Mode, Settings
from bsa.statistics_commands import statistics
from bsa.subscriptions.pulse import Courier
from bsa.traces import trace_log_lines

APPLICATION = "web.app:create_app"
"""Named, not imported: the core knows no pages."""

app = typer.Typer(
    name="bsa",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="BSA: from a doorstep to a promise that residents judge.\n\nSettings come from the environment (BSA_…, see "
    ".env.example), or from the folder of a demo with --data.",
)
areas = typer.Typer(no_args_is_help=True, help="The areas in which the team works.")
account = typer.Typer(no_args_is_help=True, help="The people who sign in.")
app.add_typer(areas, name="areas")
app.add_typer(account, name="account")
app.add_typer(client, name="client")
app.add_typer(partner, name="partner")
app.add_typer(statistics, name="statistics")

HostOption = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is every one of this machine.")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")]


@app.command()
def demo(
    data: Annotated[Path, typer.Option("--data", help="The folder of the demo; it is made if it is not there.")] = DEMO,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Delete the demo in the folder first, and start over.")
    ] = False,
    serve: Annotated[bool, typer.Option(help="Serve it; --no-serve only makes it.")] = True,
) -> None:
    """Make a demo with made-up people in a folder, if it is not there yet, and serve it."""
    folder = Folder(data)
    # The port first: whoever has to choose another should not have to wait for that.
    with _listener(host, port) if serve else nullcontext() as listener:
        if fresh or not folder.finished:
            _make_demo(folder)
        base_url = _base_url(host, listener.getsockname()[1] if listener else port)
        take_settings(folder.environment(base_url))
        typer.echo(f"The demo is in {folder.path}\n\nAccounts, all with the password {PASSWORD}\n")
        for name, part in ACCOUNTS.items():
            typer.echo(f"  {name:<14}{part.name:<18}{part.role.value.replace('_', ' ')}")
        typer.echo("")
        if listener:
            folder.remember(base_url)
            _serve_demo(listener, base_url)


@app.command()
def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer.")] = 1,
    behind: Annotated[
        str | None,
        typer.Option(help="The address of the proxy in front, whose word about the visitor's address is believed."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Serve the pages and the API."""
    with opened_installation(data):
        pass  # It is fit: said here in words, and before several processes say it at once.
    uvicorn.run(
        APPLICATION,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        proxy_headers=behind is not None,
        forwarded_allow_ips=behind or "",
        server_header=False,
        # Addresses hold keys of residents; who read what stands in the access log of our own.
        access_log=False,
        timeout_graceful_shutdown=10,
    )


@app.command()
def migrate() -> None:
    """Bring the tables of the database up to date; on an empty one, make them. Add the scales that come along, once."""
    database = Database(settings_named(None))
    try:
        database.migrate()
        with database.writing() as session:
            add_shipped_scales(session)
    finally:
        database.close()
    typer.echo("The tables are up to date.")


@app.command()
def worker(data: DataOption = None) -> None:
    """Do the work that nobody asks for: mail letters, destroy keys of the erased, forget sign-ins that ended."""
    # Only here: Huey brings much along that a page never needs, and the demo starts quicker without.
    from bsa.worker import LOOKS_EACH, THREADS, make_pulse, make_queue

    trace_log_lines()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(trace)s: %(message)s")
    for talkative in ("huey", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    with opened_installation(data) as database:
        queue = make_queue(database)
        pulse = make_pulse(queue, database)
        consumer = queue.create_consumer(workers=THREADS, max_delay=LOOKS_EACH, periodic=True, shutdown_timeout=30)
        pulse.start()
        typer.echo("The worker is at work.")
        try:
            consumer.run()
        finally:
            pulse.stop()


@app.command()
def token(
    name: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The name of the account.")],
    purpose: Annotated[Purpose | None, typer.Option(help="For what is looked; without it, what fits the role.")] = None,
    data: DataOption = None,
) -> None:
    """Print a bearer token for the API, and nothing else. Only in demo and development mode."""
    with opened_installation(data) as database:
        if database.settings.mode is Mode.PRODUCTION:
            raise CannotGoOn(
                "Tokens are not printed in production: whoever has one is the account. Set BSA_MODE only on "
                "an installation without real people."
            )
        with database.writing() as session:
            try:
                actor = actor_by_name(session, name, purpose or Purpose.OWN_NEIGHBOURHOOD)
            except NotFound:
                raise CannotGoOn(f"There is no active account {name!r}.") from None
            fitting = purpose or _fitting(actor.roles)
            issued = issue_token(session, session.get_one(Account, actor.id), fitting)
    typer.echo(issued)


@areas.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A CSV file with the columns level, name, code, year, parent, covers; UTF-8."
        ),
    ],
    data: DataOption = None,
) -> None:
    """Record the areas of a file: all of them, or none and every mistake by its line."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise CannotGoOn(f"{file} cannot be read: {reason}.") from None
    with opened_installation(data) as database:
        try:
            with database.writing() as session:
                recorded = import_areas(session, text, made_up=database.settings.mode is Mode.DEMO)
        except BadFile as error:
            lines = "\n".join(f"line {fault.line}: {fault.message}" for fault in error.faults)
            raise CannotGoOn(f"Nothing was recorded. Mend these lines of {file}:\n{lines}") from None
    typer.echo(f"{recorded} areas were recorded.")


@areas.command("postcodes")
def import_postcode_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with the columns postcode4, code; UTF-8.")],
    data: DataOption = None,
) -> None:
    """Tell in which neighbourhoods postcodes lie, for who refers: all lines, or none and every mistake by its line."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise CannotGoOn(f"{file} cannot be read: {reason}.") from None
    with opened_installation(data) as database:
        try:
            with database.writing() as session:
                recorded = import_postcodes(session, text)
        except BadFile as error:
            lines = "\n".join(f"line {fault.line}: {fault.message}" for fault in error.faults)
            raise CannotGoOn(f"Nothing was recorded. Mend these lines of {file}:\n{lines}") from None
    typer.echo(f"{recorded} lines of postcodes were taken over.")


@areas.command("shapes")
def draw_shapes(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A GeoJSON FeatureCollection of polygons, in WGS 84 or RD, each with the code or the name of an area.",
        ),
    ],
    data: DataOption = None,
) -> None:
    """Take over the outlines of areas for the map: all of them, or none and every mistake by its feature."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CannotGoOn(f"{file} cannot be read: {error.strerror}.") from None
    drawing = read_outlines(content)
    with opened_installation(data) as database:
        try:
            with database.writing() as session:
                drawn = len(draw_map(session, None, drawing))
        except Invalid as error:
            lines = "\n".join(fault.message.format(**fault.facts) for fault in error.faults)
            raise CannotGoOn(f"Nothing was stored. Mend this in {file}:\n{lines}") from None
    typer.echo(f"{drawn} areas are on the map.")


@account.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What is typed to sign in, such as m.winter.")],
    display_name: Annotated[str, typer.Option(help="What the person is called.")],
    role: Annotated[list[Role], typer.Option(help="What the account is for; may be given more than once.")],
    area: Annotated[
        list[str] | None, typer.Option(help="An area of work, by code or name; may be given more than once.")
    ] = None,
    institution: Annotated[
        str | None, typer.Option(help="For a contact of an institution: its name, as it is recorded.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Give somebody an account, and print a password for it, once."""
    password = make_password()
    with opened_installation(data) as database, database.writing() as session:
        told = AccountIn(
            name=name,
            display_name=display_name,
            roles=role,
            area_ids=[area_named(session, wanted) for wanted in area or []],
            institution_id=institution_named(session, institution) if institution else None,
        )
        create_account(session, None, told, password)
    typer.echo(f"The account {name} was made. Its password, shown this once: {password}")


def main() -> None:
    """Run a command; say what went wrong in words."""
    try:
        app()
    except ValidationError as error:
        # The shapes say what is wrong with what was typed; the settings have their own words.
        faults = error.errors(include_input=False, include_url=False)
        _fail("\n".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in faults))
    except Invalid as error:
        _fail("\n".join(fault.message.format(**fault.facts) for fault in error.faults))
    except (CannotGoOn, NotOurFolder, UnfitDatabase, WrongKeyRing, Refusal) as error:
        _fail(str(error))
    except (SQLAlchemyError, sqlcipher.Error) as error:
        # The words of the driver may hold an address or a password.
        _fail(
            f"The database cannot be used ({type(error).__name__}). Is it there, does it answer, and are "
            "BSA_DATABASE_URL, BSA_KEYS_URL and their keys the right ones?"
        )


def _fail(words: str) -> None:
    typer.echo(words, err=True)
    sys.exit(1)


def _make_demo(folder: Folder) -> None:
    """Play the demo in the folder, after deleting what a demo left there."""
    folder.clear()
    typer.echo("Playing the demo: a year in a neighbourhood. This takes a minute at most.")
    folder.begin()
    take_settings(folder.environment())
    database = Database(Settings())
    try:
        database.migrate()
        play(database)
    finally:
        # Closing brings everything into the files themselves.
        database.close()
    folder.finish()


def _serve_demo(listener: socket.socket, base_url: str) -> None:
    """Serve the demo, with the periodic work in a thread, until it is interrupted."""
    with opened_installation(None) as database:
        rounds, courier = Rounds(database), Courier(database)
        rounds.start()
        courier.start()
        config = uvicorn.Config(
            APPLICATION,
            factory=True,
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=3,
        )
        try:
            with suppress(KeyboardInterrupt):
                _Announced(config, f"ready {base_url}").run(sockets=[listener])
        finally:
            courier.stop()
            rounds.stop()


class _Announced(uvicorn.Server):
    """A server that says so when it answers."""

    def __init__(self, config: uvicorn.Config, words: str) -> None:
        super().__init__(config)
        self._words = words

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        typer.echo(self._words)


@contextmanager
def _listener(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port, without answering on it yet."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotGoOn(f"There is no address {host!r} here: {error.strerror}. Choose another with --host.") from None
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise CannotGoOn(
                f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another with --port or --host."
            ) from None
        yield listener


def _base_url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _fitting(roles: frozenset[Role]) -> Purpose:
    if Role.PRIVACY_OFFICER in roles:
        return Purpose.PRIVACY_CHECK
    return Purpose.ADMINISTRATION if Role.ADMINISTRATOR in roles else Purpose.OWN_NEIGHBOURHOOD


if __name__ == "__main__":
    main()
