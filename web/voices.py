"""The residents' voice: saying something of the public list without an account, and the team that answers."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from api.commitments import show_public_commitment, show_public_neighbourhood
from api.dependencies import Address, Reading, Session, Writing, needs, open_to_all
from api.voices import answer_voice, list_voices, read_answer, show_voice, take_in
from bsa.codes import in_groups, new_code
from bsa.errors import Invalid
from bsa.permissions import Actor, Permission
from bsa.voices.models import VoiceKind
from bsa.voices.shapes import VoiceAnswerIn, VoiceCodeIn, VoiceIn, VoiceQuery
from web.choices import own_neighbourhoods
from web.dependencies import MaybeVisitor, Sent, Visitor, WritingVisitor
from web.forms import Form, asked, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go, path_of, paths_of

router = Pages("voices", prefix="/voices")
public = Pages("speak", prefix="/public/{area_id}/voices")
answers = Pages("answers", prefix="/answers")

TRAP = "website"
"""A field that nobody sees; what fills it in is no person."""


@router.get("")
@needs(Permission.SEE_VOICES)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List what came in, unanswered first asked for."""
    form = asked(VoiceQuery, request)
    if not request.query_params:
        form.values["open"] = "true"
    if form.shape is None:
        raise Invalid
    wanted = form.shape if request.query_params else VoiceQuery(open=True)
    page = list_voices(session, visitor, wanted)
    filters = {name: value for name, value in form.values.items() if name != "cursor"}
    following = filters | {"cursor": page.next_cursor}
    return draw(
        request,
        "voices/index.html",
        voices=page.items,
        form=form,
        open=wanted.open,
        kinds=list(VoiceKind),
        areas=own_neighbourhoods(session, visitor),
        next_href=path_of(paths_of(request.app), "voices.index", following) if page.next_cursor else "",
    )


@router.get("/{voice_id}")
@needs(Permission.SEE_VOICES)
def show(request: Request, session: Reading, visitor: Visitor, voice_id: UUID) -> Response:
    """Show what somebody said, with the form to answer."""
    return _page(request, session, visitor, voice_id, None)


@router.post("/{voice_id}/answers")
@needs(Permission.ANSWER_VOICE)
def create_answer(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, voice_id: UUID) -> Response:
    """Answer what somebody said."""
    form = read(VoiceAnswerIn, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda told: answer_voice(session, visitor, voice_id, version, told)):
        return go(request, "voices.show", "voice_answered", voice_id=voice_id)
    return _page(request, session, visitor, voice_id, form)


@public.get("/new")
@open_to_all
def new(
    request: Request, session: Reading, visitor: MaybeVisitor, area_id: UUID, commitment_id: UUID | None = None
) -> Response:
    """Show the form for a complaint, a correction or a question."""
    form = blank(guest_of(request), commitment_id=str(commitment_id or ""))
    return _new_page(request, session, area_id, commitment_id, form)


@public.post("")
@open_to_all
def create(
    request: Request, session: Writing, visitor: MaybeVisitor, sent: Sent, area_id: UUID, address: Address
) -> Response:
    """Take in what somebody says, and show the code by which the answer is read: this once."""
    form = read(VoiceIn, sent, guest_of(request))
    if form.shape and sent.get(TRAP):
        return _taken_page(request, area_id, new_code())
    taken = attempt(session, form, lambda told: take_in(session, area_id, told, address))
    if taken:
        return _taken_page(request, area_id, taken.code)
    return _new_page(request, session, area_id, _about(sent), form)


@answers.get("", name="answers.new")
@open_to_all
def new_answer(request: Request, visitor: MaybeVisitor) -> Response:
    """Ask for the code by which an answer is read."""
    return draw(request, "voices/code.html", form=blank(guest_of(request)))


@answers.post("", name="answers.show")
@open_to_all
def show_answer(request: Request, session: Writing, visitor: MaybeVisitor, sent: Sent, address: Address) -> Response:
    """Show what came of it, to who has the code."""
    form = read(VoiceCodeIn, sent, guest_of(request))
    voice = attempt(session, form, lambda told: read_answer(session, told, address))
    if voice:
        return draw(request, "voices/answer.html", voice=voice)
    return draw(request, "voices/code.html", form.status, form=form)


def _about(sent: FormData) -> UUID | None:
    try:
        return UUID(str(sent.get("commitment_id", "")))
    except ValueError:
        return None


def _page(request: Request, session: Session, visitor: Actor, voice_id: UUID, form: Form[Any] | None) -> Response:
    voice = show_voice(session, visitor, voice_id)
    form = form or blank(guest_of(request), answer=voice.answer or "")
    return draw(request, "voices/show.html", form.status if form.errors else 200, voice=voice, form=form)


def _new_page(
    request: Request, session: Session, area_id: UUID, commitment_id: UUID | None, form: Form[Any]
) -> Response:
    return draw(
        request,
        "voices/new.html",
        form.status if form.errors else 200,
        area=show_public_neighbourhood(session, area_id),
        about=show_public_commitment(session, area_id, commitment_id) if commitment_id else None,
        form=form,
        kinds=list(VoiceKind),
        trap=TRAP,
    )


def _taken_page(request: Request, area_id: UUID, code: str) -> Response:
    return draw(request, "voices/taken.html", 201, area_id=area_id, code=in_groups(code))
