"""What everybody may read: the commitments that a neighbourhood made public; as a page, a feed, JSON and a picture."""

from datetime import datetime, time
from functools import partial
from html import escape
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from feedgenerator import Atom1Feed

from api.commitments import (
    count_public_commitments,
    list_public_commitments,
    list_public_events,
    list_public_neighbourhoods,
    show_public_commitment,
    show_public_neighbourhood,
)
from api.dependencies import Reading, Session, database, open_to_all
from bsa import clock
from bsa.commitments.models import CommitmentEventKind, CommitmentState
from bsa.commitments.shapes import PublicCommitment, PublicCounts
from bsa.people.models import Language
from bsa.shapes import Listing, Page, Shape
from web.choices import ALL
from web.dependencies import MaybeVisitor
from web.guests import guest_of
from web.languages import translations
from web.pages import Pages, draw, environment, path_of, paths_of
from web.pictures import share_picture
from web.shared import dated, kept, made_once

router = Pages("public", prefix="/public")

GROUPS = ("late", "judging", "coming", "judged", "withdrawn")
"""In which order a neighbourhood reads of its promises: what is due first, what is over last."""

COLOURS = {"kept": "#2c6638", "partly": "#f0b64c", "not_kept": "#a1242b", "late": "#a44423", "open": "#275a87"}
"""What the share picture counts, each in its colour."""

Tongue = Annotated[Language, Query(alias="lang")]
"""The language of what a machine fetches: it stands in the address, so that a cache keeps the two apart."""


class Ledger(Shape):
    """The public ledger of a neighbourhood, for machines."""

    neighbourhood: str
    counts: PublicCounts
    commitments: list[PublicCommitment]
    next: str | None


@router.get("")
@open_to_all
def index(request: Request, session: Reading, visitor: MaybeVisitor, wanted: Annotated[Listing, Query()]) -> Response:
    """List the neighbourhoods with something in the public ledger."""
    page = draw(request, "public/index.html", neighbourhoods=list_public_neighbourhoods(session, wanted))
    return _for_all(request, page, visitor)


@router.get("/{area_id}")
@open_to_all
def show(
    request: Request, session: Reading, visitor: MaybeVisitor, area_id: UUID, wanted: Annotated[Listing, Query()]
) -> Response:
    """Show what was promised to a neighbourhood, and what came of it."""

    def page() -> Response:
        commitments = list_public_commitments(session, area_id, wanted)
        grouped = [(group, [one for one in commitments.items if _group(one) == group]) for group in GROUPS]
        return draw(
            request,
            "public/show.html",
            area=show_public_neighbourhood(session, area_id),
            counts=count_public_commitments(session, area_id),
            commitments=commitments,
            groups=[(group, promises) for group, promises in grouped if promises],
            base=_base(request),
        )

    # Of a page for nobody in particular only the language tells it from another. What follows on it is asked for less.
    if visitor is None and wanted == Listing() and set(request.cookies) <= {"lang"}:
        key = ("page", area_id, guest_of(request).language)
        return _for_all(request, made_once(request, session, key, page), visitor)
    return _for_all(request, page(), visitor)


@router.get("/{area_id}/commitments/{commitment_id}")
@open_to_all
def show_one(request: Request, session: Reading, visitor: MaybeVisitor, area_id: UUID, commitment_id: UUID) -> Response:
    """Show one promise, with all that happened to it."""
    page = draw(
        request,
        "public/commitment.html",
        area=show_public_neighbourhood(session, area_id),
        commitment=show_public_commitment(session, area_id, commitment_id),
        base=_base(request),
    )
    return _for_all(request, page, visitor)


@router.get("/{area_id}/feed.atom")
@open_to_all
def feed(request: Request, session: Reading, area_id: UUID, language: Tongue = Language.DUTCH) -> Response:
    """Tell what happened in the ledger of a neighbourhood, for who follows it in a reader of feeds."""
    make = partial(_feed, request, session, area_id, language)
    return kept(request, made_once(request, session, ("feed", area_id, language), make))


def _feed(request: Request, session: Session, area_id: UUID, language: Language) -> Response:
    area, events = show_public_neighbourhood(session, area_id), list_public_events(session, area_id, Listing())
    paths, base = paths_of(request.app), _base(request)
    say, word = translations(language).gettext, environment(language).get_template("parts/words.html").module.word  # type: ignore[attr-defined]
    day = environment(language).filters["day"]
    told = Atom1Feed(
        title=say("What was promised to %(area)s") % {"area": area.name},
        link=base + path_of(paths, "public.show", {"area_id": area.id}),
        description=None,
        language=language.value,
        feed_url=f"{base}{request.url.path}?lang={language.value}",
        feed_guid=f"urn:uuid:{area.id}",
        author_name=database(request).settings.organisation,
    )
    for event in events.items:
        where = {"area_id": area.id, "commitment_id": event.commitment_id}
        happened = str(word("commitment_event", event.kind)).strip()
        due = ""
        if event.due_on:
            words = "Agreed day: %(day)s." if event.kind is CommitmentEventKind.RECORDED else "New day: %(day)s."
            due = " " + say(words) % {"day": day(event.due_on)}
        if event.residents_agreed is False:
            due += " " + say("The residents have not agreed yet, so the promised day stays.")
        told.add_item(
            title=f"{event.institution_name}: {happened}",
            link=base + path_of(paths, "public.show_one", where),
            # A reader of feeds takes a summary for HTML, whatever stands in it.
            description=escape(f"{event.residents_words}{due}"),
            unique_id=f"urn:uuid:{event.id}",
            pubdate=event.entered_at,
            updateddate=event.entered_at,
        )
    latest = max((event.entered_at for event in events.items), default=None)
    answer = Response(told.writeString("utf-8"), media_type="application/atom+xml; charset=utf-8")
    return dated(answer, latest)


@router.get("/{area_id}/ledger.json")
@open_to_all
def ledger(request: Request, session: Reading, area_id: UUID, cursor: str | None = None) -> Response:
    """Give the ledger of a neighbourhood to machines: the newest of it may be kept by caches, unlike the API's."""
    make = partial(_ledger, request, session, area_id, cursor)
    return kept(request, make() if cursor else made_once(request, session, ("ledger", area_id), make))


def _ledger(request: Request, session: Session, area_id: UUID, cursor: str | None) -> Response:
    commitments = list_public_commitments(session, area_id, Listing(limit=ALL, cursor=cursor))
    told = Ledger(
        neighbourhood=show_public_neighbourhood(session, area_id).name,
        counts=count_public_commitments(session, area_id),
        commitments=commitments.items,
        next=_next(request, area_id, commitments),
    )
    answer = Response(told.model_dump_json(by_alias=True), media_type="application/json")
    # Lateness comes with the day, without anything that happens.
    today = datetime.combine(clock.today(), time(), clock.HERE).astimezone(clock.now().tzinfo)
    return dated(answer, max((one.changed_at for one in commitments.items if one.changed_at > today), default=today))


@router.get("/{area_id}/picture.png")
@open_to_all
def picture(request: Request, session: Reading, area_id: UUID, language: Tongue = Language.DUTCH) -> Response:
    """Draw how the promises to a neighbourhood stand, for when somebody shares its page."""
    make = partial(_picture, request, session, area_id, language)
    return kept(request, made_once(request, session, ("picture", area_id, language), make))


def _picture(request: Request, session: Session, area_id: UUID, language: Language) -> Response:
    area, counts = show_public_neighbourhood(session, area_id), count_public_commitments(session, area_id)
    say, words = translations(language).gettext, dict(_counted(language, counts))
    title = say("What was promised to %(area)s") % {"area": area.name}
    drawn = tuple((getattr(counts, name), words[name], colour) for name, colour in COLOURS.items())
    image = share_picture(database(request).settings.organisation, title, drawn)
    return Response(image, media_type="image/png")


def _group(commitment: PublicCommitment) -> str:
    if commitment.late:
        return "late"
    if commitment.state in (CommitmentState.JUDGED, CommitmentState.WITHDRAWN):
        return commitment.state.value
    return "judging" if commitment.verdict.window_open else "coming"


def _counted(language: Language, counts: PublicCounts) -> list[tuple[str, str]]:
    say = translations(language).gettext
    return [
        ("kept", say("kept")),
        ("partly", say("partly kept")),
        ("not_kept", say("not kept")),
        ("late", say("late")),
        ("open", say("still open")),
    ]


def _next(request: Request, area_id: UUID, page: Page[PublicCommitment]) -> str | None:
    if page.next_cursor is None:
        return None
    return _base(request) + path_of(
        paths_of(request.app), "public.ledger", {"area_id": area_id, "cursor": page.next_cursor}
    )


def _base(request: Request) -> str:
    return str(database(request).settings.base_url).rstrip("/")


def _for_all(request: Request, page: Response, visitor: object) -> Response:
    """Let caches keep a page that is drawn for nobody in particular; not one with somebody's name and menu."""
    if visitor is not None or guest_of(request).actor is not None or request.cookies:
        return page
    return kept(request, page)
