"""How a record shrinks and ends: stepping down, merging a duplicate, erasing, and what is left of it then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.appointments.actions import make_appointment
from bsa.appointments.shapes import AppointmentIn
from bsa.contacts.actions import make_promise, note_contact, strike_contact
from bsa.contacts.models import ContactPlace, ContactPurpose
from bsa.contacts.queries import list_contacts, list_promises
from bsa.contacts.shapes import ContactIn, CorrectionIn, PromiseIn, PromiseQuery
from bsa.database import Database
from bsa.errors import Conflict, Invalid, MovedTo, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.groups.actions import found_group
from bsa.groups.models import GroupKind, GroupMember, GroupPart
from bsa.groups.shapes import GroupIn
from bsa.initiatives.actions import start_initiative
from bsa.initiatives.models import Origin, Participant, ParticipantPart, Phase
from bsa.initiatives.shapes import InitiativeIn
from bsa.keystore import INSTALLATION
from bsa.learning.actions import record_step
from bsa.learning.shapes import LearningStepIn
from bsa.lifecycle import actions as lifecycle_actions
from bsa.lifecycle.actions import erase_resident, merge_residents, step_down
from bsa.lifecycle.jobs import destroy_doomed_keys, sweep_orphans
from bsa.lifecycle.queries import losses
from bsa.lifecycle.rows import tables_of_residents
from bsa.lifeworld.actions import note_asset, note_sketch_line
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.needs.actions import confirm_layer, decide_translation, deepen_need, record_need
from bsa.needs.models import Confirmed, HowLearned, LayerConfirmation, LifeArea, Need, NeedLayer, TranslationChoice
from bsa.needs.queries import list_needs, show_need
from bsa.needs.shapes import ConfirmationIn, DecisionIn, LayerIn, NeedIn, NeedQuery
from bsa.practice.actions import debrief_practice, make_speaking_order, plan_practice
from bsa.practice.shapes import DebriefIn, PracticeIn, SpeakingOrderIn
from bsa.referrals.carrying import pause_referral
from bsa.referrals.deciding import accept_referral
from bsa.referrals.deed_shapes import AcceptanceIn, OutcomeIn, PauseIn, ResidentLinkIn
from bsa.referrals.ending import finish_referral
from bsa.referrals.linking import link_resident
from bsa.referrals.models import Referral
from bsa.registry import METADATA
from bsa.residents.actions import assign_worker, change_resident, record_consent, restrict_resident, withdraw_consent
from bsa.residents.models import (
    AgeBand,
    Consent,
    ConsentHow,
    ConsentScope,
    ContactChannel,
    DoomedKey,
    Household,
    RegistrationLevel,
    Resident,
    Tombstone,
    TombstoneKind,
    WorkerPart,
)
from bsa.residents.queries import find_resident, list_residents, show_resident
from bsa.residents.shapes import ConsentIn, LevelIn, MergeIn, ResidentChange, ResidentQuery, WorkerIn
from bsa.sealing import CannotOpen, SealedCell, SealedText, Sealer
from bsa.shapes import Listing
from bsa.shares.actions import write_share
from bsa.shares.shapes import OwnShareIn
from bsa.suggestions.models import (
    Introduction,
    IntroductionAnswer,
    NeedVector,
    SuggestedNeed,
    Suggestion,
    SuggestionState,
)
from bsa.themes.actions import name_theme
from bsa.themes.models import ThemeNeed
from bsa.themes.queries import show_theme
from bsa.themes.shapes import ThemeIn
from bsa.trust.actions import agree_handover, answer_signal, move_relationship, propose_handover, record_signal
from bsa.trust.models import HandoverReason, Stage
from bsa.trust.shapes import AgreementIn, HandoverIn, RelationshipIn, SignalAnswerIn, SignalIn

from tests.around import look_around
from tests.cast import Cast, a_dossier, a_resident
from tests.referred import referred, taken_on

TODAY = date(2026, 3, 24)
ALL = Listing()
ALIAS = LevelIn(level=RegistrationLevel.ALIAS)
KNOWN = LevelIn(level=RegistrationLevel.KNOWN)
EVERYTHING = ["name", "contact", "question", "referrer_view"]


@dataclass(frozen=True)
class Markers:
    """The strings put in through every deed that takes text about a resident; it remembers which were asked for."""

    prefix: str
    said: dict[str, str] = field(default_factory=dict)

    def __call__(self, what: str) -> str:
        return self.said.setdefault(what, f"{self.prefix}-{what}")

    @property
    def all(self) -> list[str]:
        return list(self.said.values())


def a_full_life(session: Session, cast: Cast, marker: Markers) -> Resident:
    """Give a resident a row in every table that can hold one, with a marker in every text."""
    actor = cast.activator
    resident = a_dossier(session, actor, cast.here_id, marker("call"))
    change = ResidentChange(
        full_name=marker("full"),
        contact_channel=ContactChannel.PHONE,
        contact_value=marker("value"),
        age_band=AgeBand.FROM_45,
        contact_window=marker("window"),
    )
    change_resident(session, actor, resident.id, resident.version, change)
    consent = ConsentIn(scope=ConsentScope.TO_BE_COUNTED, how=ConsentHow.SPOKEN, given_on=TODAY)
    record_consent(session, actor, resident.id, consent)
    seen: dict[str, Any] = {"happened_on": TODAY, "place": ContactPlace.AT_HOME, "purpose": ContactPurpose.THE_QUESTION}
    wrong = note_contact(session, actor, resident.id, ContactIn(**seen, shareable_note=marker("struck")))
    right = CorrectionIn(**seen, own_note=marker("own"), shareable_note=marker("shared"))
    strike_contact(session, actor, wrong.id, right)
    make_promise(session, actor, resident.id, PromiseIn(text=marker("promise"), due_on=TODAY))
    note_sketch_line(session, actor, resident.id, SketchLineIn(words=marker("said")))
    note_asset(session, actor, resident.id, AssetIn(words=marker("asset")))
    told = NeedIn(life_area=LifeArea.HOUSING, words=marker("stated"), learned_on=TODAY)
    need = record_need(session, actor, resident.id, told)
    layer = LayerIn(
        words=marker("deeper"),
        how_learned=HowLearned.SAID,
        confirmed=Confirmed.NOT_YET,
        life_area=LifeArea.HOUSING,
        learned_on=TODAY,
    )
    deepen_need(session, actor, need.id, None, layer)
    deeper = session.scalars(
        select(NeedLayer).where(col(NeedLayer.need_id) == need.id, col(NeedLayer.depth) == 1)
    ).one()
    confirm_layer(session, actor, need.id, deeper.id, None, ConfirmationIn(confirmed=Confirmed.YES, asked_on=TODAY))
    decision = DecisionIn(choice=TranslationChoice.BOTH, reason=marker("reason"), counted=True, decided_on=TODAY)
    decide_translation(session, actor, need.id, None, decision)
    name_theme(
        session,
        actor,
        ThemeIn(area_id=cast.here_id, title="Tocht", life_area=LifeArea.HOUSING, need_ids=[need.id]),
    )
    initiative_id = an_initiative(session, cast)
    takes_part(session, cast, resident, initiative_id)
    is_in_a_group(session, cast, resident)
    what_was_done(session, cast, resident.id, initiative_id, marker)
    what_may_be_shared(session, cast, need, marker)
    a_bond(session, cast, resident.id, marker)
    look_around(session, actor, resident.id, marker("around"))
    was_referred(session, cast, resident.id, marker)
    return resident


def was_referred(session: Session, cast: Cast, resident_id: UUID, marker: Markers) -> None:
    """Let a resident have been referred to the team, with a word about waiting, until that was over."""
    consent = {"givenOn": TODAY.isoformat(), "how": "spoken", "byWhom": marker("agreed"), "scope": EVERYTHING}
    contact = {"channel": "visit", "value": marker("reached"), "messageMayBeLeft": True}
    person = {"callName": marker("referred"), "familyName": marker("family"), "contact": contact}
    referrer = {"name": marker("referrer"), "role": marker("role"), "callback": marker("number")}
    words = {"question": marker("asked"), "referrerView": marker("view"), "address": marker("address")}
    referral = referred(session, cast, consentShare=consent, resident=person, referrer=referrer, **words)
    actor, key = cast.activator, referral.id
    accept_referral(session, actor, key, None, AcceptanceIn(resident_id=resident_id))
    pause = {"reason": "waiting_list", "review_on": TODAY + timedelta(days=9), "words": marker("waits")}
    pause_referral(session, actor, key, None, PauseIn.model_validate(pause))
    finish_referral(session, actor, key, None, OutcomeIn.model_validate({"outcome": "helped"}))


def what_may_be_shared(session: Session, cast: Cast, need: Need, marker: Markers) -> None:
    """Let a need have a meaning in numbers, stand in a suggestion, and its resident be asked for an introduction."""
    area: dict[str, Any] = {"area_id": cast.here_id}
    found = Suggestion(life_area=LifeArea.HOUSING, state=SuggestionState.OPEN, found_on=TODAY, **area)
    theme_id = session.scalars(select(col(ThemeNeed.theme_id)).where(col(ThemeNeed.need_id) == need.id)).one()
    asked = Introduction(theme_id=theme_id, proposed_by_id=cast.activator.id, proposed_on=TODAY, **area)
    session.add_all([found, asked])
    session.flush()
    whose: dict[str, Any] = {"resident_id": need.resident_id}
    session.add_all(
        [
            NeedVector(need_id=need.id, method="test", numbers=marker("vector"), **whose),
            SuggestedNeed(suggestion_id=found.id, need_id=need.id, **whose),
            IntroductionAnswer(introduction_id=asked.id, agreed=True, answered_on=TODAY, **whose),
        ]
    )
    session.flush()


def is_in_a_group(session: Session, cast: Cast, resident: Resident) -> None:
    """Let a resident be in a group."""
    group = found_group(
        session, cast.activator, GroupIn(area_id=cast.here_id, name="Molen", kind=GroupKind.RESIDENTS_GROUP)
    )
    member: dict[str, Any] = {"part": GroupPart.MEMBER, "consented_on": TODAY, "from_on": TODAY}
    session.add(GroupMember(group_id=group.id, resident_id=resident.id, **member))
    session.flush()


def a_bond(session: Session, cast: Cast, resident_id: UUID, marker: Markers) -> None:
    """Give a resident what trust leaves: where it stands, a signal, an appointment, and a handover under way."""
    actor, soon = cast.activator, clock.now() + timedelta(days=1)
    move_relationship(session, actor, resident_id, RelationshipIn(stage=Stage.TALKING))
    signal = record_signal(session, actor, resident_id, SignalIn(words=marker("signal"), came_on=TODAY))
    answer_signal(session, actor, signal.id, None, SignalAnswerIn(answer=marker("answer")))
    make_appointment(session, actor, AppointmentIn(starts_at=soon, resident_id=resident_id, place=marker("kitchen")))
    told = HandoverIn(to_account_id=cast.colleague.id, reason=HandoverReason.LEAVES)
    handover = propose_handover(session, actor, resident_id, told)
    agreement = AgreementIn(agreed_on=TODAY, starts_at=soon, place=marker("visit"))
    agree_handover(session, actor, handover.id, None, agreement)


def what_was_done(session: Session, cast: Cast, resident_id: UUID, initiative_id: UUID, marker: Markers) -> None:
    """Give a resident my part and their part, a step, a practice moment, and a turn to speak."""
    actor = cast.activator
    share = {"side": "theirs", "prompt": "keeps_it", "words": marker("share"), "author": "together"}
    write_share(session, actor, resident_id, OwnShareIn.model_validate(share))
    step = {"what": marker("step"), "own_words": marker("own_words"), "who_did_it": "together"}
    record_step(session, actor, LearningStepIn.model_validate(step | {"resident_id": resident_id}))
    practice = PracticeIn(
        scary_thing=marker("scary"),
        safe_setting=marker("safe"),
        who_is_there=marker("there"),
        stop_word=marker("stop"),
    )
    moment = plan_practice(session, actor, resident_id, practice)
    went = {"outcome": "partly", "debrief": marker("debrief"), "next_bit_bolder": marker("bolder")}
    debrief_practice(session, actor, moment.id, moment.version, DebriefIn.model_validate(went))
    turn = {"side": "resident", "resident_id": resident_id, "who": marker("turn"), "minutes": 5}
    order = SpeakingOrderIn.model_validate({"meeting_on": TODAY, "turns": [turn]})
    make_speaking_order(session, actor, initiative_id, order)


def an_initiative(session: Session, cast: Cast) -> UUID:
    told = InitiativeIn(
        area_id=cast.here_id, title="Molenbuurt Warm", origin=Origin.TOGETHER, phase=Phase.FORMING, started_on=TODAY
    )
    return start_initiative(session, cast.activator, told).id


def takes_part(
    session: Session, cast: Cast, resident: Resident, initiative_id: UUID, from_on: date = TODAY
) -> Participant:
    participant = Participant(
        initiative_id=initiative_id,
        resident_id=resident.id,
        part=ParticipantPart.TAKES_PART,
        consented_on=from_on,
        from_on=from_on,
    )
    session.add(participant)
    session.flush()
    return participant


def every_text(database: Database) -> Iterator[str]:
    """Export every cell of every table as plain text, each sealed one opened with whichever key still held opens it."""
    with database.keys_engine.connect() as keys:
        owners = [UUID(str(key)) for (key,) in keys.execute(text("SELECT owner_id FROM data_key"))]
    box = Sealer(database.keystore)
    box.fetch(owners)
    with database.engine.connect() as connection:
        schema = inspect(connection)
        assert set(schema.get_table_names()) - {"alembic_version"} == set(METADATA.tables)
        for name in schema.get_table_names():
            known: Table | None = METADATA.tables.get(name)
            sealed = [] if known is None else [one.name for one in known.columns if isinstance(one.type, SealedText)]
            for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings():
                for column, value in row.items():
                    if column in sealed and value is not None:
                        yield from _opened(box, owners, value, name, column, row["id"])
                    yield repr(value)


def _opened(box: Sealer, owners: list[UUID], value: Any, table: str, column: str, row: Any) -> Iterator[str]:
    for owner in owners:
        try:
            yield box.open(SealedCell(value), table, column, UUID(str(row)), owner)
        except CannotOpen:
            continue


def found(database: Database, markers: Markers) -> set[str]:
    """Return which markers the export holds."""
    everything = "\n".join(every_text(database))
    return {marker for marker in markers.all if marker in everything}


def rows_of(session: Session, resident_id: UUID) -> dict[str, int]:
    """Count the rows of a resident in every table that may hold some."""
    return {
        table.name: len(session.execute(table.select().where(table.c.resident_id == resident_id)).all())
        for table in tables_of_residents()
    }


def tombstones(session: Session) -> list[TombstoneKind]:
    return list(session.scalars(select(Tombstone.kind).order_by(col(Tombstone.id))))


def test_every_foreign_key_to_what_belongs_to_a_resident_comes_from_what_belongs_to_one() -> None:
    owned = {table.name for table in tables_of_residents()}
    assert {"contact", "need", "need_layer", "theme_need", "participant", "consent", "resident_worker"} <= owned
    for table in METADATA.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name in owned or (key.column.table.name == "resident" and table.name != "resident"):
                assert table.name in owned, f"{table.name} would hold back an erasure; give it a resident_id"


def test_the_losses_of_a_step_down_are_told_before_it_is_taken(session: Session, cast: Cast) -> None:
    resident = a_full_life(session, cast, Markers("a"))

    def lost(level: RegistrationLevel) -> dict[str, int]:
        return {loss.field: loss.count for loss in losses(session, cast.activator, resident.id, level)}

    notes = {"contact.own_note": 1, "contact.shareable_note": 2, "need.deeper_layers": 1, "sketch_line.*": 1}
    around = {"tie.*": 1, "goal.*": 1, "scale_score.*": 1}
    below_dossier = {**notes, **around, "own_share.*": 1, "practice_moment.*": 1}
    own_row = {
        "full_name": 1,
        "contact_channel": 1,
        "contact_value": 1,
        "age_band": 1,
        "contact_window": 1,
        "appointment.place": 2,
        "asset.*": 1,
        "signal.*": 1,
        "learning_step.*": 1,
        "referral_resident.*": 1,
    }
    assert lost(RegistrationLevel.KNOWN) == below_dossier
    assert lost(RegistrationLevel.ALIAS) == {**own_row, **below_dossier}
    with pytest.raises(Invalid):
        lost(RegistrationLevel.DOSSIER)
    with pytest.raises(NotAllowed):
        losses(session, cast.colleague, resident.id, RegistrationLevel.ALIAS)
    with pytest.raises(NotFound):
        losses(session, cast.stranger, resident.id, RegistrationLevel.ALIAS)


def test_a_step_down_to_known_deletes_notes_and_deeper_layers_and_nothing_else(session: Session, cast: Cast) -> None:
    marker = Markers("a")
    resident = a_full_life(session, cast, marker)

    step_down(session, cast.activator, resident.id, resident.version, KNOWN)
    session.expire_all()

    record = show_resident(session, cast.activator, resident.id)
    assert (record.level, record.full_name, record.contact_value) == (
        RegistrationLevel.KNOWN,
        marker("full"),
        marker("value"),
    )
    contacts = list_contacts(session, cast.activator, resident.id, ALL).items
    assert [(one.own_note, one.shareable_note) for one in contacts] == [(None, None)] * 2
    (need,) = list_needs(session, cast.activator, NeedQuery(resident_id=resident.id)).items
    assert [one.words for one in show_need(session, cast.activator, need.id).layers] == [marker("stated")]
    assert len(session.scalars(select(LayerConfirmation)).all()) == 1
    (promise,) = list_promises(session, cast.activator, PromiseQuery()).items
    assert promise.text == marker("promise")
    assert losses(session, cast.activator, resident.id, RegistrationLevel.ALIAS)[0].field == "full_name"


def test_a_step_down_to_alias_keeps_what_somebody_is_called(session: Session, cast: Cast) -> None:
    marker = Markers("a")
    resident = a_full_life(session, cast, marker)

    step_down(session, cast.activator, resident.id, resident.version, ALIAS)
    session.expire_all()

    record = show_resident(session, cast.activator, resident.id)
    assert (record.call_name, record.full_name, record.contact_channel, record.contact_value, record.age_band) == (
        marker("call"),
        None,
        None,
        None,
        None,
    )
    assert tombstones(session) == [TombstoneKind.STEPPED_DOWN]
    tombstone = session.scalars(select(Tombstone)).one()
    assert str(resident.id) not in tombstone.resident_digest
    event = session.scalars(select(Event).where(col(Event.kind) == "resident.stepped_down")).one()
    assert event.facts == {"level": "alias"}


ON_ALIAS = {"call", "promise", "stated", "vector", "reason", "turn"}
"""What may be kept of a resident by alias; nothing of the others may be left."""


def stepped_down(database: Database, cast: Cast) -> tuple[Markers, UUID]:
    """Give a resident a full life, beside somebody who stays as she is, and step down from dossier to alias."""
    markers = Markers("weg")
    with database.writing() as session:
        a_full_life(session, cast, Markers("blijft"))
        key = a_full_life(session, cast, markers).id
    assert found(database, markers) == set(markers.all)
    with database.writing() as session:
        step_down(session, cast.activator, key, None, ALIAS)
    return markers, key


def test_a_step_down_from_dossier_to_alias_leaves_none_of_the_deleted_values_anywhere(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    markers, _ = stepped_down(database, cast)

    assert len(markers.all) > 25
    assert found(database, markers) == {markers(what) for what in ON_ALIAS}


@pytest.mark.parametrize(
    ("left_in", "what"),
    [
        ("tie.*", "around"),
        ("practice_moment.*", "scary"),
        ("contact.own_note", "own"),
        ("appointment.place", "kitchen"),
        ("full_name", "full"),
    ],
)
def test_a_value_that_a_step_down_leaves_in_is_found(
    database: Database,
    cast: Cast,
    standing_clock: None,
    monkeypatch: pytest.MonkeyPatch,
    left_in: str,
    what: str,
) -> None:
    monkeypatch.setattr(lifecycle_actions, "_delete_field", leave_in(left_in))
    if left_in == "full_name":
        with pytest.raises(IntegrityError, match="alias_keeps_little"):
            stepped_down(database, cast)
        return

    markers, _ = stepped_down(database, cast)

    assert markers(what) in found(database, markers)


def test_the_tombstone_of_a_step_down_says_that_it_happened_and_not_what(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    _, key = stepped_down(database, cast)

    with database.reading() as session:
        (tombstone,) = session.scalars(select(Tombstone)).all()
        (told,) = session.scalars(select(Event).where(col(Event.kind) == "resident.stepped_down")).all()
        assert str(key) not in tombstone.model_dump_json()
        assert (tombstone.kind, tombstone.done_by_id) == (TombstoneKind.STEPPED_DOWN, cast.activator.id)
        assert told.facts == {"level": "alias"}
    assert set(Tombstone.model_fields) == {"id", "created_at", "kind", "resident_digest", "done_by_id"}


def leave_in(which: str) -> Callable[[Session, Resident, str], None]:
    """Return what deletes a field, but for one."""
    delete: Callable[[Session, Resident, str], None] = lifecycle_actions._delete_field

    def delete_others(session: Session, resident: Resident, name: str) -> None:
        if name != which:
            delete(session, resident, name)

    return delete_others


def test_a_step_down_is_refused_to_others_upwards_stale_and_while_restricted(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)

    with pytest.raises(NotAllowed):
        step_down(session, cast.colleague, resident.id, None, ALIAS)
    with pytest.raises(NotFound):
        step_down(session, cast.stranger, resident.id, None, ALIAS)
    with pytest.raises(Stale):
        step_down(session, cast.activator, resident.id, resident.version - 1, ALIAS)
    with pytest.raises(Invalid):
        step_down(session, cast.activator, resident.id, None, LevelIn(level=RegistrationLevel.DOSSIER))
    restrict_resident(session, cast.activator, resident.id, resident.version)
    with pytest.raises(Conflict):
        step_down(session, cast.activator, resident.id, None, ALIAS)


def test_a_merge_brings_everything_under_the_residents_key_and_leaves_a_signpost(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    marker = Markers("dubbel")
    with database.writing() as session:
        resident = a_resident(session, cast.activator, cast.here_id, "Geert")
        duplicate = a_full_life(session, cast, marker)
        resident_id, duplicate_id = resident.id, duplicate.id
        rows = rows_of(session, duplicate_id)
        merge_residents(session, cast.activator, resident_id, resident.version, MergeIn(duplicate_id=duplicate_id))

    assert set(database.keystore.keys([resident_id, duplicate_id])) == {resident_id}
    with database.writing() as session:
        record = show_resident(session, cast.activator, resident_id)
        assert (record.call_name, record.full_name, record.level) == (
            "Geert",
            marker("full"),
            RegistrationLevel.DOSSIER,
        )
        assert set(rows_of(session, duplicate_id).values()) == {0}
        # The worker looked after both, and now looks after the one.
        assert rows_of(session, resident_id) == {**rows, "resident_worker": 1}
        notes = {
            (one.own_note, one.shareable_note) for one in list_contacts(session, cast.activator, resident_id, ALL).items
        }
        assert notes == {(marker("own"), marker("shared")), (None, marker("struck"))}
        (need,) = list_needs(session, cast.activator, NeedQuery()).items
        assert (need.resident_id, need.stated) == (resident_id, marker("stated"))
        shown = show_need(session, cast.activator, need.id)
        assert [one.words for one in shown.layers] == [marker("stated"), marker("deeper")]
        assert shown.decisions[0].reason == marker("reason")
        with pytest.raises(MovedTo) as moved:
            find_resident(session, cast.activator, duplicate_id)
        assert moved.value.key == str(resident_id)
        assert [one.id for one in list_residents(session, cast.activator, ResidentQuery()).items] == [resident_id]
        assert tombstones(session) == [TombstoneKind.MERGED]
        assert session.scalars(select(DoomedKey.owner_key)).all() == [duplicate_id]
        event = session.scalars(select(Event).where(col(Event.kind) == "resident.merged")).one()
        assert (event.subject_id, event.facts) == (resident_id, {"duplicate_id": str(duplicate_id)})
    # What the resident already had of it (the name to call) went with the duplicate's key.
    assert found(database, marker) == set(marker.all) - {marker("call")}


def test_the_residents_own_fields_stand_in_a_merge(session: Session, cast: Cast) -> None:
    resident, duplicate = a_full_life(session, cast, Markers("a")), a_full_life(session, cast, Markers("b"))

    merged = merge_residents(session, cast.activator, resident.id, resident.version, MergeIn(duplicate_id=duplicate.id))

    assert (merged.call_name, merged.full_name, merged.contact_value) == ("a-call", "a-full", "a-value")
    notes = {one.own_note for one in list_contacts(session, cast.activator, resident.id, ALL).items}
    assert {"a-own", "b-own"} <= notes
    consents = session.scalars(select(Consent)).all()
    assert [(one.resident_id, one.withdrawn_on) for one in consents] == [(resident.id, None)]
    workers = show_resident(session, cast.activator, resident.id).workers
    assert [one.account_id for one in workers] == [cast.activator.id]


def test_somebody_who_took_part_twice_takes_part_once_from_the_first_day(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    duplicate = a_resident(session, cast.activator, cast.here_id, "Gerrit")
    initiative_id = an_initiative(session, cast)
    takes_part(session, cast, resident, initiative_id)
    takes_part(session, cast, duplicate, initiative_id, TODAY - timedelta(days=7))
    assign_worker(
        session, cast.activator, resident.id, WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    )
    assign_worker(
        session, cast.activator, duplicate.id, WorkerIn(account_id=cast.colleague.id, part=WorkerPart.ASSIGNED)
    )

    merge_residents(session, cast.activator, resident.id, None, MergeIn(duplicate_id=duplicate.id))

    (participant,) = session.scalars(select(Participant)).all()
    assert (participant.resident_id, participant.from_on) == (resident.id, TODAY - timedelta(days=7))
    workers = show_resident(session, cast.activator, resident.id).workers
    assert {one.account_id: one.part for one in workers} == {
        cast.activator.id: WorkerPart.ASSIGNED,
        cast.colleague.id: WorkerPart.ASSIGNED,
    }


def test_a_consent_withdrawn_in_one_record_does_not_come_back_with_the_other(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    duplicate = a_resident(session, cast.activator, cast.here_id, "Gerrit")
    before = TODAY - timedelta(days=7)
    scope = ConsentScope.TO_BE_INTRODUCED
    for one in (resident, duplicate):
        given = ConsentIn(scope=scope, how=ConsentHow.SPOKEN, given_on=before)
        consent = record_consent(session, cast.activator, one.id, given)
    withdraw_consent(session, cast.activator, duplicate.id, consent.id)

    merge_residents(session, cast.activator, resident.id, None, MergeIn(duplicate_id=duplicate.id))

    consents = session.scalars(select(Consent)).all()
    assert [(one.resident_id, one.withdrawn_on) for one in consents] == [(resident.id, TODAY)] * 2


def test_signposts_always_point_to_where_everything_is(session: Session, cast: Cast) -> None:
    first, second, third = (a_resident(session, cast.activator, cast.here_id, name) for name in ("a", "b", "c"))
    merge_residents(session, cast.activator, second.id, None, MergeIn(duplicate_id=first.id))
    merge_residents(session, cast.activator, third.id, None, MergeIn(duplicate_id=second.id))

    for signpost in (first, second):
        with pytest.raises(MovedTo) as moved:
            find_resident(session, cast.activator, signpost.id)
        assert moved.value.key == str(third.id)
    with pytest.raises(MovedTo):
        merge_residents(session, cast.activator, first.id, None, MergeIn(duplicate_id=third.id))
    with pytest.raises(Invalid) as refused:
        merge_residents(session, cast.activator, third.id, None, MergeIn(duplicate_id=first.id))
    assert [one.code for one in refused.value.faults] == ["merged"]


def test_a_merge_needs_both_records_open_to_the_actor(session: Session, cast: Cast) -> None:
    mine = a_resident(session, cast.activator, cast.here_id)
    colleagues = a_resident(session, cast.colleague, cast.here_id, "Ria")
    elsewhere = a_resident(session, cast.stranger, cast.there_id, "Samira")

    with pytest.raises(NotAllowed):
        merge_residents(session, cast.activator, mine.id, None, MergeIn(duplicate_id=colleagues.id))
    with pytest.raises(NotAllowed):
        merge_residents(session, cast.activator, colleagues.id, None, MergeIn(duplicate_id=mine.id))
    for other_id, code in ((elsewhere.id, "unknown"), (mine.id, "same"), (uuid4(), "unknown")):
        with pytest.raises(Invalid) as refused:
            merge_residents(session, cast.activator, mine.id, None, MergeIn(duplicate_id=other_id))
        assert [(one.where, one.code) for one in refused.value.faults] == [(("duplicate_id",), code)]
    with pytest.raises(NotFound):
        merge_residents(session, cast.activator, elsewhere.id, None, MergeIn(duplicate_id=mine.id))
    with pytest.raises(Stale):
        merge_residents(session, cast.activator, mine.id, 99, MergeIn(duplicate_id=mine.id))


def test_nothing_of_an_erased_resident_is_left_in_the_database_or_can_be_opened(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    gone, stays = Markers("weg"), Markers("blijft")
    with database.writing() as session:
        resident = a_full_life(session, cast, gone)
        other = a_full_life(session, cast, stays)
        housemate = ResidentChange(household_of_id=other.id)
        change_resident(session, cast.activator, resident.id, resident.version, housemate)
        earlier = a_resident(session, cast.activator, cast.here_id, gone("call"))
        resident_id, earlier_id, other_id, household_id = resident.id, earlier.id, other.id, other.household_id
        merge_residents(session, cast.activator, resident_id, None, MergeIn(duplicate_id=earlier_id))
        rows = rows_of(session, resident_id)
    assert all(rows.values()), f"put a row of the resident in each of these tables, and a marker in its text: {rows}"
    # The planted fault: with everything still there, the same search finds every marker.
    assert found(database, gone) == set(gone.all)

    with database.writing() as session:
        erase_resident(session, cast.activator, resident_id, None)

    assert found(database, gone) == set()
    assert found(database, stays) == set(stays.all)
    assert database.keystore.keys([resident_id, earlier_id]) == {}
    with database.writing() as session:
        assert set(rows_of(session, resident_id).values()) == {0}
        left = session.scalars(select(Resident.id)).all()
        assert left == [other_id]
        assert session.scalars(select(Household.id)).all() == [household_id]
        assert show_resident(session, cast.activator, other_id).full_name == stays("full")
        for gone_id in (resident_id, earlier_id):
            with pytest.raises(NotFound):
                find_resident(session, cast.activator, gone_id)


def test_without_the_key_a_backup_of_the_rows_cannot_be_read(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    markers = Markers("kopie")
    with database.writing() as session:
        resident = a_full_life(session, cast, markers)
    assert found(database, markers) == set(markers.all)

    # The rows as in yesterday's backup, the key store as it is today: a referral about the resident loses its key too.
    with database.reading() as session:
        referrals = session.scalars(select(col(Referral.id))).all()
    database.keystore.destroy([resident.id, *referrals])

    assert found(database, markers) == set()


def test_the_privacy_officer_erases_too_also_a_restricted_resident(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    restrict_resident(session, cast.activator, resident.id, resident.version)
    resident_id = resident.id

    erase_resident(session, cast.privacy, resident_id, resident.version)

    assert session.scalars(select(Resident)).all() == []
    (tombstone,) = session.scalars(select(Tombstone)).all()
    assert (tombstone.kind, tombstone.done_by_id) == (TombstoneKind.ERASED, cast.privacy.id)
    event = session.scalars(select(Event).where(col(Event.kind) == "resident.erased")).one()
    assert (event.subject_id, event.area_id) == (resident_id, cast.here_id)


def test_an_erasure_is_refused_to_others_and_on_an_old_version(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    with pytest.raises(NotAllowed, match="privacy officer"):
        erase_resident(session, cast.colleague, resident.id, None)
    for who in (cast.stranger, cast.teamleader, cast.corporation, cast.policy, cast.admin):
        with pytest.raises(NotFound):
            erase_resident(session, who, resident.id, None)
    with pytest.raises(Stale):
        erase_resident(session, cast.activator, resident.id, resident.version + 1)


def test_a_theme_no_longer_counts_an_erased_resident(session: Session, cast: Cast) -> None:
    resident = a_full_life(session, cast, Markers("a"))
    (need,) = list_needs(session, cast.activator, NeedQuery()).items
    told = ThemeIn(area_id=cast.here_id, title="Vocht", life_area=LifeArea.HOUSING, need_ids=[need.id])
    theme = name_theme(session, cast.activator, told)
    assert show_theme(session, cast.activator, theme.id).needs == 1

    erase_resident(session, cast.activator, resident.id, None)

    assert show_theme(session, cast.activator, theme.id).needs == 0


def test_the_job_destroys_the_key_that_an_erasure_could_not(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    with database.writing() as session:
        resident = a_resident(session, cast.activator, cast.here_id)
    with database.writing() as session:
        erase_resident(session, cast.activator, resident.id, None)
        # As when the process is killed between the commit and what follows it.
        session.info["after_commit"].clear()
    assert set(database.keystore.keys([resident.id])) == {resident.id}

    assert destroy_doomed_keys(database) == 1
    assert destroy_doomed_keys(database) == 0

    assert database.keystore.keys([resident.id]) == {}


def test_the_sweep_destroys_only_old_keys_without_a_resident(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    old, young = uuid4(), uuid4()
    database.keystore.create(old)
    with database.writing() as session:
        resident = a_resident(session, cast.activator, cast.here_id)
        referral = referred(session, cast)
    with clock.standing_at(clock.now() + timedelta(days=2)):
        database.keystore.create(young)

        assert sweep_orphans(database) == 1

    held = database.keystore.keys([old, young, resident.id, referral.id, INSTALLATION])
    assert set(held) == {young, resident.id, referral.id, INSTALLATION}


def test_a_referral_under_way_ends_with_the_resident_who_is_erased(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    with database.writing() as session:
        resident = a_dossier(session, cast.activator, cast.here_id)
        referral = taken_on(session, cast)
        link_resident(session, cast.activator, referral.id, None, ResidentLinkIn(resident_id=resident.id))
    with database.writing() as session:
        erase_resident(session, cast.activator, resident.id, None)

    with database.reading() as session:
        left = session.get_one(Referral, referral.id)
        assert (left.state, left.reason, left.call_name, left.question) == ("withdrawn", None, None, None)
    assert database.keystore.keys([referral.id]) == {}


def test_an_erasure_that_is_undone_leaves_everything(database: Database, cast: Cast, standing_clock: None) -> None:
    with database.writing() as session:
        resident = a_resident(session, cast.activator, cast.here_id)

    def erase_and_fail() -> None:
        with database.writing() as session:
            erase_resident(session, cast.activator, resident.id, None)
            raise RuntimeError("The power went.")

    with pytest.raises(RuntimeError):
        erase_and_fail()

    with database.writing() as session:
        assert show_resident(session, cast.activator, resident.id).call_name == "Geert"
