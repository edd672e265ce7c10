"""Reading a form into a shape: what was typed is kept, and every mistake stands beside its field."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar, get_args, get_origin

from babel.dates import format_date
from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData, ImmutableMultiDict

from api.dependencies import Session
from bsa.errors import N_, Conflict, Fault, Invalid, NotAllowed, Question, Refusal, Stale
from bsa.people.models import Language
from bsa.shapes import Shape
from web.guests import Guest, guest_of
from web.languages import translations

Read = TypeVar("Read", bound=BaseModel)
Done = TypeVar("Done")

IN_WORDS: dict[str, str] = {
    "missing": N_("Fill this in."),
    "emptied": N_("Fill this in."),
    "string_too_short": N_("Fill this in."),
    "too_short": N_("Choose more of these."),
    "string_too_long": N_("This is too long: at most {max_length} characters."),
    "too_long": N_("This is too much: at most {max_length}."),
    "string_type": N_("Fill this in."),
    "string_pattern_mismatch": N_("This is not written as it should be."),
    "enum": N_("Choose one of these."),
    "literal_error": N_("Choose one of these."),
    "date_parsing": N_("Write a day, such as 2026-03-24."),
    "date_from_datetime_parsing": N_("Write a day, such as 2026-03-24."),
    "date_from_datetime_inexact": N_("Write a day, such as 2026-03-24."),
    "int_parsing": N_("Write a whole number."),
    "int_type": N_("Write a whole number."),
    "greater_than_equal": N_("This must be at least {ge}."),
    "less_than_equal": N_("This must be at most {le}."),
    "uuid_parsing": N_("Choose one of these."),
    "bool_parsing": N_("Choose yes or no."),
    "value_error": N_("This is not written as it should be."),
    "moment": N_("Write a day and a time, such as 2026-03-24T14:30."),
    "extra_forbidden": N_("This does not belong here."),
}
"""Pydantic's own mistakes, by their kind, in words of ours; what our shapes refuse brings its own words."""

MEANT = {"reason": "words", "words_needed": "words", "votes": "kept", "witnesses": "witness_ids"}
"""What our shapes refuse as a whole, and the field that it stands beside on a page."""


class Nothing(Shape):
    """What a form sends that only says: do it."""


@dataclass
class Form(Generic[Read]):
    """A form: the shape when all is well; the typed values and what is wrong with them otherwise."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    """What each field is called, as its template drew it: the summary of what is wrong names it so."""
    shape: Read | None = None
    prefix: str = ""
    status: int = 400
    question: str = ""
    """What is asked before it is done; whoever means it sends the same again with the field `answer` true."""
    answer: str = ""
    language: Language = Language.DUTCH

    def add(self, *faults: Fault) -> None:
        """Put what the core found wrong beside its fields."""
        for fault in faults:
            name = ".".join(str(part) for part in fault.where)
            self.errors.setdefault(name, []).append(self._said(fault.message, fault.facts))

    def refuse(self, refusal: Refusal, status: int) -> None:
        """Put a refusal of the whole at the top."""
        self.status = status
        self.errors.setdefault("", []).append(self._said(refusal.message, refusal.facts))

    def ask(self, question: Question) -> None:
        """Ask what the core asks before it does something."""
        self.status = 409
        self.question, self.answer = self._said(question.message, question.facts), question.answer

    def _said(self, message: str, facts: dict[str, str]) -> str:
        """Say a message of the core in the reader's language, its days as the reader writes them."""
        told = {name: self._day(fact) if name == "day" else fact for name, fact in facts.items()}
        return self.in_language(message).format(**told)

    def in_language(self, message: str) -> str:
        """Return a message in the reader's language."""
        return str(translations(self.language).gettext(message))

    def _day(self, day: str) -> str:
        return str(format_date(date.fromisoformat(day), "d MMMM y", locale=self.language.value))


def blank(guest: Guest, prefix: str = "", **values: Any) -> Form[Any]:
    """Return a form that nobody has sent yet, with values to begin with."""
    return Form(values=values, prefix=prefix, language=guest.language)


def asked(shape: type[Read], request: Request) -> Form[Read]:
    """Read what an address asks for, such as the filters of a list; keys of others and empty ones count as left out."""
    return read(shape, request.query_params, guest_of(request))


def read(
    shape: type[Read], sent: ImmutableMultiDict[str, Any], guest: Guest, prefix: str = "", **given: Any
) -> Form[Read]:
    """Read what was sent into a shape; `given` stands above what was sent. Empty fields count as left out.

    A shape within the shape has its fields sent as `outer.inner`; when they are all empty, it is left out.
    """
    values, told = _sent_values(shape, sent)
    told |= given
    form: Form[Read] = Form(values=values, prefix=prefix, language=guest.language)
    try:
        form.shape = shape.model_validate(told)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            name = _field(shape, fault["loc"]) or _meant(shape, fault["type"])
            message = form.in_language(IN_WORDS.get(fault["type"], fault["msg"]))
            facts = {key: str(value) for key, value in fault.get("ctx", {}).items()}
            form.errors.setdefault(name, []).append(message.format(**facts) if facts else message)
    return form


def read_change(shape: type[Read], sent: FormData, guest: Guest, prefix: str = "", **given: Any) -> Form[Read]:
    """Read a form that shows all that may be changed: a field that was emptied is taken away, not left as it was."""
    emptied: dict[str, Any] = {name: None for name in shape.model_fields if sent.get(name) == ""}
    return read(shape, sent, guest, prefix, **(emptied | given))


def attempt(session: Session, form: Form[Read], deed: Callable[[Read], Done]) -> Done | None:
    """Do the deed with a form that was read well; when the core refuses, undo it all and say why in the form."""
    if form.shape is None:
        return None
    try:
        return deed(form.shape)
    except Invalid as refusal:
        session.rollback()
        form.add(*refusal.faults)
    except Question as question:
        session.rollback()
        form.ask(question)
    except Conflict as refusal:
        session.rollback()
        form.refuse(refusal, 409)
    except Stale as refusal:
        session.rollback()
        form.refuse(refusal, 412)
    except NotAllowed as refusal:
        session.rollback()
        form.refuse(refusal, 403)
    return None


def version_in(sent: FormData) -> int:
    """Return the version of the subject that the sender saw when the form was drawn."""
    text = str(sent.get("version", ""))
    if not text.isdigit():
        raise Stale
    return int(text)


def _takes_many(info: FieldInfo) -> bool:
    kinds = [info.annotation, *get_args(info.annotation)]
    return any(get_origin(kind) is list or kind is list for kind in kinds)


def _sent_values(
    shape: type[BaseModel], sent: ImmutableMultiDict[str, Any], within: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was typed, by the name of the field, and what of it is told to the shape."""
    values: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for name, info in shape.model_fields.items():
        inner = _inner(info)
        if inner is not None:
            inner_values, inner_told = _sent_values(inner, sent, f"{within}{name}.")
            values |= inner_values
            if inner_told:
                told[name] = inner_told
            continue
        texts = [text for text in sent.getlist(within + name) if isinstance(text, str)]
        if texts:
            values[within + name] = texts if _takes_many(info) else texts[-1]
        filled = [text for text in texts if text] if _takes_many(info) else texts[-1:]
        if any(filled):
            told[name] = filled if _takes_many(info) else filled[0]
    return values, told


def _inner(info: FieldInfo) -> type[BaseModel] | None:
    """Return the shape that a field holds, if it holds one."""
    kinds = [] if _takes_many(info) else [info.annotation, *get_args(info.annotation)]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _field(shape: type[BaseModel], place: tuple[str | int, ...]) -> str:
    """Return the name of the form's field; pydantic names it by its alias."""
    if not place:
        return ""
    for name, info in shape.model_fields.items():
        if place[0] in (name, info.alias):
            inner = _inner(info)
            return f"{name}.{_field(inner, place[1:])}" if inner and len(place) > 1 else name
    return str(place[0])


def _meant(shape: type[BaseModel], fault: str) -> str:
    """Return the field that a fault of the whole shape is about: it has the field's name, or another that we know."""
    name = MEANT.get(fault, fault)
    return name if name in shape.model_fields else ""
