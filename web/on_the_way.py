"""On the way: the tally and the quick contact note, with and without a connection.

The page holds nothing of anybody: what it shows of residents and rounds it asks for as `things`, and keeps encrypted
on the device. So its shell may lie in the browser's cache, and opens where there is no connection. What was noted comes
one by one to `sendings`, under a key that the device made, and is done once (docs/adr/0022-without-a-connection.md).
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.datastructures import FormData

from api.contacts import note_contact
from api.dependencies import Reading, SentKey, Session, Writing, database, needs, open_to_all
from api.errors import status_of
from api.outreach import create_no_ring, create_round, create_tally, list_rounds, show_round
from api.residents import list_residents
from bsa import clock
from bsa.contacts.models import ContactPlace, ContactPurpose
from bsa.contacts.shapes import ContactIn
from bsa.errors import MovedTo, Refusal
from bsa.outreach.models import RoundKind
from bsa.outreach.shapes import AddressIn, RoundIn, RoundOut, RoundQuery, TallyIn
from bsa.people.models import Language
from bsa.permissions import Actor, Permission
from bsa.residents.models import may_keep
from bsa.residents.shapes import ResidentQuery
from bsa.shapes import Shape
from web.choices import ALL, own_neighbourhoods
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, attempt, read
from web.guests import Guest, cookie_name, csrf_for, device_for, guest_of
from web.pages import STATIC, Pages, asset, draw, drawn, path_of, paths_of, static_version

router = Pages("on_the_way", prefix="/on-the-way")
device = Pages("device")

KEPT_FILES = (
    "vendor/utrecht/index.css",
    "vendor/voorbeeld/theme.css",
    "vendor/noto-sans/noto-sans-latin-wght-normal.woff2",
    "vendor/htmx/htmx.min.js",
    "bsa.css",
    "bsa.js",
    "device.js",
    "on-the-way.js",
    "mark.svg",
)
"""What the page needs to look as always without a connection."""


@router.get("")
@needs(Permission.NOTE_CONTACT)
def show(request: Request, visitor: Visitor) -> Response:
    """Show the page; its scripts fill it. A link that only wanted a part gets the whole page, with its scripts."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": request.url.path})
    return draw(request, "on_the_way/show.html", **_choices())


@router.get("/shell")
@open_to_all
def shell(request: Request, lang: Language) -> Response:
    """Show the page as it is for nobody in particular, for the browser to keep."""
    return HTMLResponse(_shell(request, lang))


@router.get("/things")
@needs(Permission.NOTE_CONTACT)
def things(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Tell what there is to choose from: own residents, today's own rounds, neighbourhoods; and who is asking."""
    settings = database(request).settings
    token = request.cookies.get(cookie_name(settings), "")
    residents = list_residents(session, visitor, ResidentQuery(mine=True, limit=ALL)).items
    told = {
        "account": visitor.id,
        "signIn": device_for(token),
        "csrf": csrf_for(token),
        "idleMinutes": settings.session_idle_minutes,
        "hours": settings.session_hours,
        "days": settings.device_days,
        "residents": [
            {
                "id": one.id,
                "name": one.call_name,
                "area": one.area_name,
                "notes": may_keep("contact.shareable_note", one.level),
            }
            for one in residents
            if not one.restricted
        ],
        "rounds": [_round(one) for one in _rounds_of_today(session, visitor)],
        "areas": [{"id": key, "name": name} for key, name in own_neighbourhoods(session, visitor)],
    }
    return JSONResponse(jsonable_encoder(told))


@router.post("/sendings")
@needs(Permission.NOTE_CONTACT, Permission.GO_ROUND, Permission.RESPECT_NO_RING)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, key: SentKey = None) -> Response:
    """Do one thing that a device kept. What is refused comes back with the words why, for the device to show."""
    shape, do = KINDS.get(str(sent.get("sends")), (None, None))
    if shape is None or do is None:
        return Response(status_code=400)
    form = read(shape, sent, guest_of(request), **_told_otherwise(shape, sent))
    try:
        done = attempt(session, form, lambda told: do(session, visitor, _subject(sent), told, key))
    except Refusal as refusal:
        if status_of(refusal) in (401, 503):
            raise
        session.rollback()
        form.refuse(refusal, status_of(refusal))
        done = None
    if done is not None:
        return JSONResponse(done, status_code=201)
    return JSONResponse(_refused(form), status_code=form.status)


@device.get("/sw.js")
@open_to_all
def worker(request: Request, lang: Language) -> Response:
    """Hand out the service worker, with the names of what it keeps: another shell or another file, another worker."""
    shell = _shell(request, lang)
    paths = paths_of(request.app)
    house = {
        "cache": f"bsa-{static_version()}-{sha256(shell.encode()).hexdigest()[:12]}",
        "shell": path_of(paths, "on_the_way.shell", {"lang": lang.value}),
        "page": paths["on_the_way.show"],
        "files": [asset(name) for name in KEPT_FILES],
    }
    text = f"const HOUSE = {json.dumps(house)};\n{(STATIC / 'sw.js').read_text(encoding='utf-8')}"
    return Response(text, media_type="text/javascript")


@device.get("/manifest.webmanifest")
@open_to_all
def manifest(request: Request) -> Response:
    """Say what the page is called and looks like on the home screen of a telephone."""
    start = paths_of(request.app)["on_the_way.show"]
    told = {
        "id": start,
        "name": "BSA",
        "short_name": "BSA",
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf6ef",
        "theme_color": "#0d4b50",
        "icons": [{"src": asset("mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JSONResponse(told, media_type="application/manifest+json")


def _shell(request: Request, lang: Language) -> str:
    request.state.guest = Guest(lang)
    return drawn(request, "on_the_way/show.html", **_choices())


def _choices() -> dict[str, Any]:
    return {
        "meeting_places": list(ContactPlace),
        "purposes": list(ContactPurpose),
        "round_kinds": list(RoundKind),
    }


def _rounds_of_today(session: Session, visitor: Actor) -> list[RoundOut]:
    today = clock.today()
    wanted = RoundQuery.model_validate({"mine": True, "from": today, "until": today})
    open_ones = [one for one in list_rounds(session, visitor, wanted).items if one.ended_on is None]
    return [show_round(session, visitor, one.id) for one in open_ones]


def _round(told: RoundOut) -> dict[str, Any]:
    """Return what the tally needs of a round; why one went there and what was noticed stays on the server."""
    names = {
        "id",
        "area_id",
        "kind",
        "where",
        "held_on",
        "rang",
        "opened",
        "talked",
        "no_thanks",
        "ended_on",
        "do_not_ring",
    }
    return told.model_dump(mode="json", include=names)


def _subject(sent: FormData) -> UUID:
    try:
        return UUID(str(sent.get("subject", "")))
    except ValueError:
        return UUID(int=0)


def _told_otherwise(shape: type[Shape], sent: FormData) -> dict[str, Any]:
    """Return what a form cannot say by itself: a number, and that a day without a promise is no promise."""
    if shape is TallyIn:
        return {"by": -1 if sent.get("by") == "-1" else 1}
    return {"promise": None} if shape is ContactIn and not str(sent.get("promise.text", "")).strip() else {}


def _refused(form: Form[Any]) -> dict[str, Any]:
    return {"words": [words for each in form.errors.values() for words in each], "fields": sorted(form.errors)}


def _contact(session: Session, visitor: Actor, resident_id: UUID, told: Any, key: str | None) -> dict[str, Any]:
    try:
        noted = note_contact(session, visitor, resident_id, told, key)
    except MovedTo as moved:
        # What was noted about a duplicate belongs to the one that it went into.
        noted = note_contact(session, visitor, UUID(moved.key), told, key)
    return {"id": str(noted.id)}


def _begun(session: Session, visitor: Actor, _: UUID, told: Any, key: str | None) -> dict[str, Any]:
    return {"round": _round(create_round(session, visitor, told, key))}


def _tallied(session: Session, visitor: Actor, round_id: UUID, told: Any, key: str | None) -> dict[str, Any]:
    return {"round": _round(create_tally(session, visitor, round_id, told, key))}


def _left_alone(session: Session, visitor: Actor, _: UUID, told: Any, key: str | None) -> dict[str, Any]:
    # Asked twice, it is noted once: this needs no key.
    create_no_ring(session, visitor, told)
    return {"number": told.number}


Doing = Callable[[Session, Actor, UUID, Any, str | None], dict[str, Any]]

KINDS: dict[str, tuple[type[Shape], Doing]] = {
    "contact": (ContactIn, _contact),
    "round": (RoundIn, _begun),
    "tally": (TallyIn, _tallied),
    "no_ring": (AddressIn, _left_alone),
}
"""What a device may send: the shape, and the operation."""
