"""`bsa client …`: partners' machines on the command line."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from bsa import clock
from bsa.clients.actions import (
    change_client,
    register_client,
    revoke_client,
    rotate_keys,
    rotate_signing_key,
    take_fetched,
)
from bsa.clients.jobs import fetched
from bsa.clients.keys import LARGEST, BadKeys, read_keys
from bsa.clients.models import Client
from bsa.clients.shapes import ClientChange, ClientIn, KeysIn
from bsa.clients.tokens import ALGORITHMS, make_key
from bsa.database import Database
from bsa.errors import Invalid
from bsa.institutions.models import Institution
from bsa.opening import CannotGoOn, DataOption, area_named, institution_named, opened_installation
from bsa.permissions import Scope
from bsa.subscriptions.post import Post

client = typer.Typer(
    no_args_is_help=True, help="The machines of partners, which call the API with tokens of their own."
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the machine is called here.")]
JwksOption = Annotated[Path | None, typer.Option("--jwks", metavar="FILE", help="Its public keys, as a JWKS.")]
UrlOption = Annotated[
    str | None, typer.Option("--jwks-url", metavar="URL", help="Or where its keys are found, over https.")
]


@client.command("add")
def add(
    name: NameArgument,
    institution: Annotated[str, typer.Option(help="Whose machine it is: the institution's name, as it is recorded.")],
    scope: Annotated[list[str], typer.Option(help="What it may do; may be given more than once.")],
    jwks: JwksOption = None,
    jwks_url: UrlOption = None,
    area: Annotated[
        list[str] | None, typer.Option(help="An area in its reach, by code or name; may be given more than once.")
    ] = None,
    external_id: Annotated[
        str | None, typer.Option(help="What the authorisation server elsewhere calls it, when tokens come from there.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Register a machine, and say what its owner needs to know. All mistakes are named at once."""
    mistakes, scopes = _scopes(scope)
    keys, wrong = _keys(jwks)
    mistakes += wrong
    with opened_installation(data) as database:
        with database.writing() as session:
            key = _found(mistakes, lambda: institution_named(session, institution))
            areas = [_found(mistakes, lambda wanted=wanted: area_named(session, wanted)) for wanted in area or []]
            # What is wrong with the rest is still to be said: stand-ins for what was wrong already.
            made = _registered(
                session,
                mistakes,
                {
                    "name": name,
                    "institution_id": key or session.exec(select(Institution.id)).first() or clock.new_id(),
                    "scopes": scopes or [Scope.REFERRALS_READ],
                    "area_ids": [one for one in areas if one],
                    "keys": keys or (STAND_IN if jwks else None),
                    "keys_url": jwks_url,
                    "external_id": external_id,
                },
            )
        _fetch_now(database, made)
        with database.reading() as session:
            _describe(session.get_one(Client, made.id), database)


@client.command("list")
def list_all(data: DataOption = None) -> None:
    """List the machines, by name."""
    with opened_installation(data) as database, database.reading() as session:
        found = session.exec(
            select(Client, Institution.name)
            .join(Institution, col(Institution.id) == col(Client.institution_id))
            .order_by(col(Client.name))
        ).all()
        for one, whose in found:
            state = (
                "shut out"
                if one.revoked_at
                else f"last seen {one.last_seen_at:%Y-%m-%d %H:%M}Z"
                if one.last_seen_at
                else "never seen"
            )
            typer.echo(f"{one.id}  {one.name}  ({whose})  {' '.join(one.scopes)}  {state}")


@client.command("show")
def show(name: NameArgument, data: DataOption = None) -> None:
    """Show a machine, its keys, and where it asks for tokens."""
    with opened_installation(data) as database, database.reading() as session:
        _describe(_named(session, name), database)


@client.command("rotate")
def rotate(
    name: NameArgument,
    jwks: JwksOption = None,
    jwks_url: UrlOption = None,
    overlap: Annotated[int, typer.Option(min=0, max=720, help="For so many hours the old keys go on counting.")] = 24,
    data: DataOption = None,
) -> None:
    """Give a machine other keys. The old ones go on counting for a while, so that nothing stops meanwhile."""
    keys, mistakes = _keys(jwks)
    if mistakes:
        raise CannotGoOn("\n".join(mistakes))
    with opened_installation(data) as database:
        with database.writing() as session:
            told = KeysIn(keys=keys, keys_url=jwks_url, overlap_hours=overlap)
            changed = rotate_keys(session, None, _named(session, name).id, None, told)
        _fetch_now(database, changed)
        with database.reading() as session:
            _describe(session.get_one(Client, changed.id), database)


@client.command("scopes")
def scopes_of(
    name: NameArgument,
    scope: Annotated[list[str], typer.Option(help="What it may do from now on; may be given more than once.")],
    data: DataOption = None,
) -> None:
    """Change what a machine may do. Tokens that it has already follow at once."""
    mistakes, scopes = _scopes(scope)
    if mistakes:
        raise CannotGoOn("\n".join(mistakes))
    with opened_installation(data) as database, database.writing() as session:
        changed = change_client(session, None, _named(session, name).id, None, ClientChange(scopes=scopes))
        typer.echo(f"{name} may do: {' '.join(changed.scopes)}")


@client.command("revoke")
def revoke(name: NameArgument, data: DataOption = None) -> None:
    """Shut a machine out, for good: its tokens do not count from this moment on."""
    with opened_installation(data) as database, database.writing() as session:
        revoke_client(session, None, _named(session, name).id, None)
    typer.echo(f"{name} is shut out.")


@client.command("rotate-signing-key")
def rotate_own_key(
    at_once: Annotated[
        bool,
        typer.Option("--at-once", help="Let all tokens that are out end now: for when the key became known."),
    ] = False,
    data: DataOption = None,
) -> None:
    """Let a new key sign the tokens of machines. It also happens by itself, after BSA_SIGNING_KEY_DAYS."""
    with opened_installation(data) as database, database.writing() as session:
        key = rotate_signing_key(session, at_once=at_once)
        typer.echo(f"The key {key.kid} signs from now on.")


@client.command("keygen")
def keygen(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write in; it is made if it is not there.")],
    algorithm: Annotated[str, typer.Option(help="RS256, PS256 or ES256.")] = "ES256",
) -> None:
    """Make a pair of keys, on the machine of the partner: private.json stays there, jwks.json is handed over."""
    if algorithm not in ALGORITHMS:
        raise CannotGoOn(f"Choose one of {', '.join(ALGORITHMS)}.")
    private, public = out / "private.json", out / "jwks.json"
    out.mkdir(parents=True, exist_ok=True)
    if private.exists() or public.exists():
        raise CannotGoOn(f"There are keys in {out} already. Choose another folder: a lost key cannot be made again.")
    key = make_key(algorithm)
    handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(key, file)
    kept = ("kty", "n", "e", "crv", "x", "y", "kid", "alg", "use")
    public.write_text(json.dumps({"keys": [{name: key[name] for name in kept if name in key}]}, indent=2))
    typer.echo(f"{private} is yours alone; hand over {public}. The key is called {key['kid']}.")


STAND_IN: dict[str, Any] = {
    "keys": [
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
            "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
        }
    ]
}
"""Keys in the place of those with which something is wrong, while the other mistakes are looked for."""


def _registered(session: Session, mistakes: list[str], told: dict[str, Any]) -> Client:
    """Register the machine, or say everything that is wrong."""
    try:
        with session.begin_nested():
            made = register_client(session, None, ClientIn.model_validate(told))
            if not mistakes:
                return made
            raise CannotGoOn("\n".join(mistakes))
    except Invalid as error:
        mistakes += [fault.message.format(**fault.facts) for fault in error.faults]
    raise CannotGoOn("\n".join(mistakes))


def _found(mistakes: list[str], find: Any) -> Any:
    try:
        return find()
    except CannotGoOn as error:
        mistakes.append(str(error))
        return None


def _scopes(told: list[str]) -> tuple[list[str], list[Scope]]:
    known = {scope.value: scope for scope in Scope}
    words = [word for text in told for word in text.split()]
    wrong = [word for word in words if word not in known]
    mistakes = [f"There is no scope {', '.join(map(repr, wrong))}. There are: {', '.join(known)}."] if wrong else []
    return mistakes, [known[word] for word in words if word in known]


def _keys(file: Path | None) -> tuple[dict[str, Any] | None, list[str]]:
    if file is None:
        return None, []
    try:
        return {"keys": read_keys(file.read_text(encoding="utf-8"))}, []
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}."]
    except BadKeys as error:
        return None, [f"{file}: {fault.message.format(**fault.facts)}" for fault in error.faults]


def _fetch_now(database: Database, made: Client) -> None:
    """Fetch the keys from where they are found, so that what is wrong with them is seen at once."""
    if made.keys_url is None:
        return
    told, fault = fetched(Post(database.settings, most_read=LARGEST), made.keys_url)
    with database.writing() as session:
        take_fetched(session, made.id, told, fault)


def _named(session: Session, name: str) -> Client:
    found = session.exec(select(Client).where(col(Client.name) == name)).first()
    if found is None:
        raise CannotGoOn(f"There is no machine {name!r}. See which there are: bsa client list")
    return found


def _describe(one: Client, database: Database) -> None:
    settings, now = database.settings, clock.now().timestamp()
    typer.echo(f"{one.name}: client id {one.id}")
    typer.echo(f"  may do      {' '.join(one.scopes)}")
    for key in one.keys:
        ends = f", counts for {max(0, (key['exp'] - now) / 3600):.1f} hours more" if "exp" in key else ""
        typer.echo(f"  key         {key['kid']} ({key['kty']}{ends})")
    if one.keys_url:
        typer.echo(f"  keys at     {one.keys_url}{f' – not fetched: {one.keys_fault}' if one.keys_fault else ''}")
    if one.revoked_at:
        typer.echo(f"  shut out    {one.revoked_at:%Y-%m-%d %H:%M}Z")
    if settings.oauth_issuer:
        typer.echo(f"  tokens      of {settings.oauth_issuer}, where it is called {one.external_id}")
    else:
        typer.echo(f"  asks at     {settings.token_endpoint}")
        typer.echo(f"  aud         {settings.token_endpoint}, in what it signs")
