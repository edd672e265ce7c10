"""What no template may hold: what the content policy blocks, htmx 4 no longer knows or the validator refuses."""

import re
from enum import StrEnum
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bsa.appointments.models import AppointmentKind
from bsa.asks.models import AnswerKind, AskEventKind, AskState, Side, Source
from bsa.commitments.models import CommitmentEventKind, CommitmentState, Verdict, Visibility
from bsa.compass.elements import Element, ElementState
from bsa.contacts.models import ContactPlace, ContactPurpose, PromiseOutcome
from bsa.goals.models import ScoredBy
from bsa.initiatives.models import Origin, ParticipantPart, Phase
from bsa.institutions.models import InstitutionKind, Mandate
from bsa.learning.models import WhoDidIt
from bsa.lifeworld.models import AssetKind, SketchPrompt, Voice
from bsa.needs.models import Confirmed, HowLearned, LifeArea, NeedEnding, TranslationChoice
from bsa.network.models import Circle, Closeness, Wanted
from bsa.permissions import Purpose, Role
from bsa.practice.models import PracticeOutcome, SpeakerSide
from bsa.referrals.models import FeedbackLevel, Handover, ReferralDirection, ReferralSubject, SharedThing, Urgency
from bsa.referrals.states import ReferralOutcome, ReferralReason, ReferralSide, ReferralState
from bsa.residents.models import (
    FIELD_LEVELS,
    AgeBand,
    ConsentHow,
    ConsentScope,
    ContactChannel,
    Informed,
    ReadingComfort,
    RegistrationLevel,
    ResidentPhase,
    WorkerPart,
)
from bsa.scales.models import ScaleKind, WhoScores
from bsa.search.shapes import SearchKind
from bsa.shares.models import Author, SharePrompt, ShareSide
from bsa.trust.models import HandoverReason, HandoverState, Stage

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"

COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)

RULES = {
    "a name that htmx 4 no longer knows": re.compile(
        r"hx-(?:ext|vars|params|disinherit|inherit|disabled-elt|request|history|prompt|sse|ws)\b(?!-)"
        r"|htmx:(?:after|before|config|history|load|oob|pushed|replaced|response|send|swap|target|validation|xhr)[A-Z]",
    ),
    "an htmx attribute that is not written data-hx-": re.compile(r"(?<!data-)(?<![\w-])hx-[a-z]+[\w:-]*\s*="),
    "a handler in an htmx attribute": re.compile(r"hx-on\b"),
    "a script in a value": re.compile(r"\b(?:js|javascript):"),
    "a filter in a trigger": re.compile(r"hx-trigger(?:[\w:-]*)\s*=\s*(?:\"[^\"]*\[|'[^']*\[)"),
    "a script in the page": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "a style in the page": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "text let through unescaped": re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false"),
    "an address of another server": re.compile(r"(?:https?:)?//[a-z0-9]", re.IGNORECASE),
}

PLANTED = {
    "a name that htmx 4 no longer knows": [
        '<div data-hx-ext="sse">',
        '<div data-hx-disabled-elt="this">',
        '<div data-hx-params="*">',
        '<div data-hx-vars="a:1">',
        '<div data-hx-disinherit="*">',
        '<div data-hx-request="x">',
        '<div data-hx-history="false">',
        "htmx:afterSwap",
    ],
    "an htmx attribute that is not written data-hx-": ['<a hx-get="/x">', '<body hx-boost:inherited="true">'],
    "a handler in an htmx attribute": ['<a data-hx-on:click="x()">'],
    "a script in a value": ['<a data-hx-vals="js:{a: 1}">', '<a href="javascript:x()">'],
    "a filter in a trigger": ['<a data-hx-trigger="click[ctrlKey]">', "<a data-hx-trigger='keyup[key]'>"],
    "a script in the page": ["<script>x()</script>", '<script type="module">x()</script>'],
    "a style in the page": ['<p style="color: red">', "<style>p {}</style>", '<p\nstyle="x">'],
    "an event attribute": ['<a onclick="x()">', '<form onsubmit = "x()">'],
    "text let through unescaped": ["{{ words|safe }}", "{{ words | safe }}", "{% autoescape false %}"],
    "an address of another server": ['<a href="https://a.example">', '<img src="//a.example/x.png">'],
}

ALLOWED = [
    '<script src="{{ asset("bsa.js") }}" defer></script>',
    '<a data-hx-get="/more" data-hx-target="#more" data-hx-swap="outerHTML" data-hx-trigger="click delay:1s">',
    '<body data-hx-boost:inherited="true">',
    "<div data-hx-history-elt data-hx-ignore>",
    "{# a note: hx-ext is not ours, see https://a.example #}",
    '{{ text(form, name, label, lang="nl") }}',
    '<meta name="htmx-config" content="{}">',
]


def faults_in(text: str) -> list[str]:
    """Tell which rules a template breaks; its own comments never reach a reader and are left out."""
    bare = COMMENT.sub("", text)
    return [rule for rule, pattern in RULES.items() if pattern.search(bare)]


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def test_there_are_templates_to_look_at() -> None:
    assert len(templates()) > 10


@pytest.mark.parametrize("template", templates(), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_a_template_keeps_the_rules(template: Path) -> None:
    assert faults_in(template.read_text()) == []


def test_every_rule_has_a_planted_fault() -> None:
    assert PLANTED.keys() == RULES.keys()


@pytest.mark.parametrize(("rule", "fault"), [(rule, fault) for rule, faults in PLANTED.items() for fault in faults])
def test_a_planted_fault_is_found(rule: str, fault: str) -> None:
    assert rule in faults_in(fault)


@pytest.mark.parametrize("line", ALLOWED)
def test_what_is_allowed_is_let_through(line: str) -> None:
    assert faults_in(line) == []


KINDS: dict[str, type[StrEnum]] = {
    "role": Role,
    "purpose": Purpose,
    "level": RegistrationLevel,
    "age_band": AgeBand,
    "channel": ContactChannel,
    "reading": ReadingComfort,
    "informed": Informed,
    "consent_scope": ConsentScope,
    "consent_how": ConsentHow,
    "worker_part": WorkerPart,
    "contact_place": ContactPlace,
    "contact_purpose": ContactPurpose,
    "promise_outcome": PromiseOutcome,
    "life_area": LifeArea,
    "how_learned": HowLearned,
    "confirmed": Confirmed,
    "need_ending": NeedEnding,
    "translation": TranslationChoice,
    "origin": Origin,
    "initiative_phase": Phase,
    "participant_part": ParticipantPart,
    "institution_kind": InstitutionKind,
    "mandate": Mandate,
    "ask_state": AskState,
    "ask_event": AskEventKind,
    "answer": AnswerKind,
    "side": Side,
    "source": Source,
    "commitment_state": CommitmentState,
    "commitment_event": CommitmentEventKind,
    "verdict": Verdict,
    "visibility": Visibility,
    "stage": Stage,
    "handover_state": HandoverState,
    "handover_reason": HandoverReason,
    "appointment_kind": AppointmentKind,
    "circle": Circle,
    "closeness": Closeness,
    "wanted": Wanted,
    "scored_by": ScoredBy,
    "scale_kind": ScaleKind,
    "who_scores": WhoScores,
    "element": Element,
    "element_about": Element,
    "element_state": ElementState,
    "resident_phase": ResidentPhase,
    "sketch_prompt": SketchPrompt,
    "voice": Voice,
    "asset_kind": AssetKind,
    "search_kind": SearchKind,
    "who_did_it": WhoDidIt,
    "share_side": ShareSide,
    "share_prompt": SharePrompt,
    "share_author": Author,
    "practice_outcome": PracticeOutcome,
    "speaker_side": SpeakerSide,
    "referral_state": ReferralState,
    "referral_reason": ReferralReason,
    "referral_outcome": ReferralOutcome,
    "referral_direction": ReferralDirection,
    "referral_subject": ReferralSubject,
    "referral_side": ReferralSide,
    "feedback_level": FeedbackLevel,
    "urgency": Urgency,
    "referral_handover": Handover,
    "shared_thing": SharedThing,
}


@pytest.fixture(scope="module")
def word() -> Template:
    """Write the word of a code, marked as what a translator would get."""
    page = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"]
    )
    page.globals["_"] = lambda words: f"«{words}»"
    return page.from_string('{% from "parts/words.html" import word %}{{ word(kind, code) }}')


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_has_a_word_on_the_page(kind: str, word: Template) -> None:
    assert [code for code in KINDS[kind] if not word.render(kind=kind, code=code).startswith("«")] == []


def test_a_code_without_a_word_is_found(word: Template) -> None:
    assert not word.render(kind="role", code="no such role").startswith("«")


def test_whatever_a_step_down_would_delete_has_words() -> None:
    """Found when new rows came into the matrix and the page named them by their tables."""
    page = (TEMPLATES / "residents" / "level.html").read_text()
    lost = [field for field, level in FIELD_LEVELS.items() if level is not RegistrationLevel.ALIAS]
    assert len(lost) > 10
    assert [field for field in lost if f'"{field}": ' not in page] == []
