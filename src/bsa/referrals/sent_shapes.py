"""What comes in when somebody is referred."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError

from bsa.errors import N_
from bsa.referrals.models import FeedbackLevel, Handover, ReferralSubject, SharedThing, Urgency
from bsa.residents.models import ConsentHow, ContactChannel
from bsa.residents.shapes import ContactValue
from bsa.shapes import Change, Line, Shape, Text, without_bsn_as_reference

ExternalRef = Annotated[Line, Field(max_length=80), AfterValidator(without_bsn_as_reference)]
"""The partner's own reference: sent twice, it is one referral. A citizen service number is none."""


Postcode4 = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]
"""The four digits of a postcode."""


NeighbourhoodCode = Annotated[str, StringConstraints(pattern=r"^BU[0-9]{4}[0-9A-Z]{4}$")]
"""The code of a neighbourhood, as Statistics Netherlands writes it: `BU01140101`."""


Question = Annotated[Text, Field(max_length=500)]
"""What the resident asks, in the resident's own words."""


View = Annotated[Text, Field(max_length=1000)]
"""How the referrer sees it; it stands below the resident's words."""


def _day(value: Any) -> Any:
    # What is looked at as a whole first is no JSON any more by now, where a day may be a text.
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value


Day = Annotated[date, BeforeValidator(_day)]


AT_A_DOOR = frozenset({ContactChannel.VISIT, ContactChannel.LETTER})
"""How somebody is reached for whom an address is needed."""


class ReferrerIn(Shape):
    """Who refers, and how to call back."""

    name: Line
    role: Line
    callback: ContactValue


class ReferredContactIn(Shape):
    """How the resident wants to be reached."""

    channel: ContactChannel
    value: ContactValue | None = None
    """The number or the address; left out only when somebody goes there or writes, and `address` says where."""
    message_may_be_left: bool = False


class ReferredResidentIn(Shape):
    """Who is referred: what to call somebody, and how to reach them. Nothing more is asked."""

    call_name: Line
    family_name: Line | None = None
    contact: ReferredContactIn


class ConsentShareIn(Shape):
    """That the resident agreed to share this: when, how, to whom, and what."""

    given_on: Day
    how: ConsentHow
    by_whom: Line
    """To whom the resident agreed."""
    scope: list[SharedThing] = Field(min_length=1, max_length=len(SharedThing))
    sheet: Annotated[Line, Field(max_length=40)] | None = None
    """Which version of the information sheet the resident was given."""


class ReferralIn(Shape):
    """A referral to the team. Which institution sends it is known from who is calling, and never told here."""

    external_ref: ExternalRef
    referrer: ReferrerIn
    subject: ReferralSubject = ReferralSubject.PERSON
    resident: ReferredResidentIn | None = None
    """Who it is about; left out for a group, of which nothing about persons is kept."""
    area_code: NeighbourhoodCode | None = None
    postcode4: Postcode4 | None = None
    """Where no code is known: the four digits of the postcode."""
    address: Line | None = None
    """Only when somebody has to go there, or to write."""
    question: Question
    referrer_view: View | None = None
    resident_knows: bool | None = None
    """That it was discussed with the resident; without that nothing is taken, except for a group."""
    consent_share: ConsentShareIn | None = None
    feedback: FeedbackLevel
    urgency: Urgency = Urgency.NORMAL
    call_before_visit: bool = False
    """Call the referrer before anybody goes there; why is told by telephone, never in writing."""
    expected_answer_by: Day | None = None
    retry_of_id: UUID | None = None
    """The declined or failed referral that this one tries again."""
    draft: bool = False
    """Keep it, and send it later."""

    @model_validator(mode="wrap")
    @classmethod
    def _everything_at_once(cls, told: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        """Name what is wrong between fields together with what is wrong in them."""
        found: list[InitErrorDetails] = []
        shape: Self | None = None
        try:
            shape = check(told)
        except ValidationError as error:
            found = [_again(fault) for fault in error.errors(include_url=False)]
        if isinstance(told, Mapping):
            found += list(_between_fields(told))
        if found or shape is None:
            raise ValidationError.from_exception_data(cls.__name__, found)
        return shape


class DraftChange(Change):
    """What may be changed about a draft; left-out fields stay as they are. Whom it is about stays: write another."""

    may_be_emptied = frozenset({"referrer_view", "expected_answer_by"})

    question: Question | None = None
    """Not of a referral of ours: that says what its need says."""
    referrer_view: View | None = None
    referrer: ReferrerIn | None = None
    consent_share: ConsentShareIn | None = None
    feedback: FeedbackLevel | None = None
    urgency: Urgency | None = None
    handover: Handover | None = None
    """Only of a referral of ours."""
    call_before_visit: bool | None = None
    expected_answer_by: date | None = None


class OutwardReferralIn(Shape):
    """A referral of ours to a partner, from a need of a resident, with what the resident agreed to share."""

    institution_id: UUID
    handover: Handover = Handover.VISIT_TOGETHER
    depths: list[int] = Field(default=[0], min_length=1, max_length=20)
    """Which layers of the need go along; without a choice only the stated question. Each must be free to pass on."""
    our_view: View | None = None
    shares_contact: bool = True
    """Whether the partner is told how to reach the resident."""
    consent_share: ConsentShareIn | None = None
    """Left out only for a draft."""
    feedback: FeedbackLevel = FeedbackLevel.STATUS_AND_OUTCOME
    urgency: Urgency = Urgency.NORMAL
    call_before_visit: bool = False
    expected_answer_by: date | None = None
    retry_of_id: UUID | None = None
    draft: bool = False


def _again(fault: Any) -> InitErrorDetails:
    """Return a fault that Pydantic found, to be told once more beside others."""
    code, message = fault["type"], fault["msg"]
    kind = PydanticCustomError(code, message, fault.get("ctx"))
    return InitErrorDetails(type=kind, loc=fault["loc"], input=None)


def _fault(code: str, message: str, *place: str) -> InitErrorDetails:
    kind = PydanticCustomError(code, message)
    return InitErrorDetails(type=kind, loc=tuple(map(to_camel, place)), input=None)


def _said(told: Any, *place: str) -> Any:
    """Return what stands at a place in what was sent, under its name in JSON or in a form."""
    for name in place:
        if not isinstance(told, Mapping):
            return None
        told = told.get(to_camel(name), told.get(name))
    return told


def _means(told: Any, *place: str) -> bool:
    try:
        return TypeAdapter(bool).validate_python(_said(told, *place) or False)
    except ValidationError:
        # Pydantic says so already.
        return True


NO_PLACE = N_("Say where it is: the code of the neighbourhood, or the four digits of the postcode.")


OF_A_GROUP = N_("Of a group nothing about persons is kept. Leave this out.")


DISCUSS_FIRST = N_(
    "Discuss it with the resident first: only who wants it is referred. Without a name the team thinks along by phone."
)


NO_ADDRESS = N_("An address is taken only when somebody has to go there or write. Leave it out.")


HOW_TO_REACH = N_("Write the number or the address at which the resident wants to be reached.")


NOT_AGREED = N_(
    "What you send is more than the resident agreed to. Ask, or leave it out; then say here what may be shared."
)


PERSON_FIELDS = (
    ("resident", "call_name"),
    ("resident", "family_name"),
    ("resident", "contact"),
    ("address",),
    ("consent_share",),
)
"""What is never told of a group."""


def _between_fields(told: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    if not _said(told, "area_code") and not _said(told, "postcode4"):
        yield _fault("required", NO_PLACE, "area_code")
    if _said(told, "subject") == ReferralSubject.GROUP:
        for place in PERSON_FIELDS:
            if _said(told, *place) is not None:
                yield _fault("group", OF_A_GROUP, *place)
        return
    if not _means(told, "resident_knows"):
        yield _fault("discuss_first", DISCUSS_FIRST, "resident_knows")
    if _said(told, "resident") is None:
        yield _fault("missing", "Field required", "resident")
    if _said(told, "consent_share") is None:
        yield _fault("missing", "Field required", "consent_share")
    yield from _faults_of_address(told)
    yield from _faults_of_consent(told)


def _faults_of_address(told: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    channel, value = (_said(told, "resident", "contact", name) for name in ("channel", "value"))
    if not isinstance(channel, str):
        return
    if _said(told, "address") and channel not in AT_A_DOOR:
        yield _fault("not_needed", NO_ADDRESS, "address")
    if not value and not (channel in AT_A_DOOR and _said(told, "address")):
        yield _fault("required", HOW_TO_REACH, "resident", "contact", "value")


def _faults_of_consent(told: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    scope = _said(told, "consent_share", "scope")
    if not isinstance(scope, list) or not scope:
        return
    needed = {SharedThing.NAME, SharedThing.CONTACT, SharedThing.QUESTION}
    if _said(told, "referrer_view"):
        needed.add(SharedThing.REFERRER_VIEW)
    if needed - {thing for thing in scope if isinstance(thing, str)}:
        yield _fault("not_agreed", NOT_AGREED, "consent_share", "scope")
