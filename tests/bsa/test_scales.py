"""Scales: switched on with terms, scored with agreement, and nothing added up whose maker forbids it."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.goals.models import ScoredBy
from bsa.residents.actions import restrict_resident
from bsa.residents.models import Resident
from bsa.scales import actions as scales_actions
from bsa.scales.actions import SHIPPED, add_shipped_scales, record_scale, score_scale, use_scale
from bsa.scales.models import ScaleDefinition, ScaleScore
from bsa.scales.queries import (
    export_scale,
    list_scale_scores,
    list_scales,
    scores_to_add_up,
    show_scale,
    show_scale_score,
)
from bsa.scales.shapes import ScaleIn, ScaleQuery, ScaleScoreIn, ScaleScoreQuery, ScaleUseIn

from tests.cast import NOW, Cast, a_dossier, a_resident

TODAY = NOW.date()
ALL = ScaleScoreQuery()
LADDER = "participation_ladder"
TOLD = {
    "key": "calm",
    "title": "Rust",
    "source": "Wij",
    "kind": "ordinal",
    "levels": [
        {"level": 1, "label": {"nl": "onrustig", "en": "restless"}},
        {"level": 2, "label": {"nl": "rustig", "en": "calm"}},
    ],
}


def told(**more: object) -> ScaleIn:
    return ScaleIn.model_validate(TOLD | more)


def scale(session: Session, key: str = LADDER) -> UUID:
    return session.scalars(select(ScaleDefinition.id).where(col(ScaleDefinition.key) == key)).one()


def a_score(scale_id: UUID, level: int = 2, by: ScoredBy = ScoredBy.RESIDENT, **more: object) -> ScaleScoreIn:
    return ScaleScoreIn.model_validate({"scale_id": scale_id, "level": level, "by": by, "agreed": True, **more})


@pytest.fixture
def geert(session: Session, cast: Cast) -> Resident:
    """Open a dossier."""
    return a_dossier(session, cast.activator, cast.here_id)


def test_three_scales_come_along_with_their_makers_and_once_only(session: Session, cast: Cast) -> None:
    shipped = {one.key: one for one in list_scales(session, cast.admin, ScaleQuery()).items}

    assert set(shipped) == {LADDER, "participation_wheel", "conversation_wheel"}
    assert all(one.enabled and one.licence_note for one in shipped.values())
    assert "VNG" in shipped[LADDER].source
    assert "Movisie" in shipped["participation_wheel"].source
    assert "not what neighbourhood social activation is for" in (shipped[LADDER].caution or shipped[LADDER]).en  # type: ignore[union-attr]
    assert {key for key, one in shipped.items() if one.aggregate_allowed} == {LADDER}
    assert [one.is_measurement for one in shipped.values()].count(True) == 1
    assert add_shipped_scales(session) == []


@pytest.mark.parametrize("terms", [{}, {"licenceNote": None}, {"licenceNote": " "}])
def test_a_scale_that_comes_along_without_terms_comes_in_switched_off(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terms: dict[str, object]
) -> None:
    shipped = tmp_path / "shipped.json"
    shipped.write_text(json.dumps([TOLD | terms]), encoding="utf-8")
    monkeypatch.setattr(scales_actions, "SHIPPED", shipped)

    (added,) = add_shipped_scales(session)

    assert (added.key, added.enabled, added.licence_note) == ("calm", False, "")
    use_scale(session, cast.admin, added.id, None, ScaleUseIn(enabled=True, licence_note="Van ons zelf"))
    assert show_scale(session, cast.admin, added.id).enabled


def test_no_instrument_of_a_maker_who_forbids_it_comes_along() -> None:
    text = SHIPPED.read_text(encoding="utf-8").lower()

    assert [name for name in ("zelfredzaamheid", "zrm", "outcomes star", "positieve gezondheid") if name in text] == []


def test_a_shipped_scale_that_was_switched_off_stays_off(session: Session, cast: Cast) -> None:
    use_scale(session, cast.admin, scale(session), None, ScaleUseIn(enabled=False))

    add_shipped_scales(session)

    assert not show_scale(session, cast.admin, scale(session)).enabled


def test_a_new_scale_is_off_until_it_is_noted_under_which_terms(session: Session, cast: Cast) -> None:
    made = record_scale(session, cast.admin, told())
    assert not made.enabled

    with pytest.raises(Invalid) as refused:
        use_scale(session, cast.admin, made.id, made.version, ScaleUseIn(enabled=True))
    assert [(fault.where, fault.code) for fault in refused.value.faults] == [(("licence_note",), "required")]

    use_scale(session, cast.admin, made.id, made.version, ScaleUseIn(enabled=True, licence_note="Van onszelf"))
    assert show_scale(session, cast.admin, made.id).enabled
    kinds = session.scalars(
        select(Event.kind).where(col(Event.subject_id) == made.id).order_by(col(Event.created_at), col(Event.id))
    ).all()
    assert kinds == ["scale_definition.recorded", "scale_definition.enabled"]


def test_the_database_itself_keeps_a_scale_without_terms_off(session: Session, cast: Cast) -> None:
    made = record_scale(session, cast.admin, told())
    made.enabled = True

    with pytest.raises(IntegrityError):
        session.flush()


def test_a_scale_with_special_categories_needs_a_ground(session: Session, cast: Cast) -> None:
    made = record_scale(session, cast.admin, told(special_category=True, licence_note="Toestemming van de maker"))

    with pytest.raises(Invalid) as refused:
        use_scale(session, cast.admin, made.id, None, ScaleUseIn(enabled=True))
    assert [(fault.where, fault.code) for fault in refused.value.faults] == [(("sure",), "special_category")]

    assert use_scale(session, cast.admin, made.id, None, ScaleUseIn(enabled=True, sure=True)).enabled


def test_an_edition_is_never_changed_and_one_is_on_at_a_time(session: Session, cast: Cast) -> None:
    first = record_scale(session, cast.admin, told(licence_note="ja"))
    use_scale(session, cast.admin, first.id, None, ScaleUseIn(enabled=True))

    second = record_scale(session, cast.admin, told(title="Rust 2", licence_note="ja"))
    assert (first.edition, second.edition, second.enabled) == (1, 2, False)
    use_scale(session, cast.admin, second.id, None, ScaleUseIn(enabled=True))

    listed = list_scales(session, cast.admin, ScaleQuery(enabled=True)).items
    assert [one.edition for one in listed if one.key == "calm"] == [2]
    assert show_scale(session, cast.admin, first.id).title == "Rust"


def test_a_definition_goes_out_as_it_comes_in(session: Session, cast: Cast) -> None:
    out = export_scale(session, cast.admin, scale(session, "participation_wheel"))

    again = record_scale(session, cast.admin, ScaleIn.model_validate_json(out.model_dump_json(by_alias=True)))

    assert (again.edition, again.enabled) == (2, False)
    assert export_scale(session, cast.admin, again.id) == out
    shipped = {one["key"]: one for one in json.loads(SHIPPED.read_text(encoding="utf-8"))}
    assert ScaleIn.model_validate(shipped[out.key]) == out


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"is_measurement": False, "aggregate_allowed": True}, "aggregate_allowed"),
        ({"levels": [TOLD["levels"][0], TOLD["levels"][0]]}, "levels"),
        ({"kind": "profile"}, "domains"),
        ({"domains": [{"key": "aa", "label": {"nl": "a", "en": "a"}}]}, "domains"),
    ],
)
def test_a_definition_that_does_not_hold_together_is_refused(wrong: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        told(**wrong)

    assert [fault["type"] for fault in refused.value.errors()] == [code]


def test_what_is_no_measurement_cannot_be_added_up_in_the_database_either(session: Session, cast: Cast) -> None:
    made = record_scale(session, cast.admin, told(is_measurement=False))
    made.aggregate_allowed = True

    with pytest.raises(IntegrityError):
        session.flush()


def test_only_an_administrator_manages_scales(session: Session, cast: Cast) -> None:
    for actor in (cast.activator, cast.teamleader, cast.policy, cast.privacy, cast.corporation):
        with pytest.raises(NotAllowed):
            record_scale(session, actor, told())
    with pytest.raises(NotAllowed):
        use_scale(session, cast.activator, scale(session), None, ScaleUseIn(enabled=False))
    for actor in (cast.teamleader, cast.policy, cast.corporation):
        with pytest.raises(NotFound):
            show_scale(session, actor, scale(session))
    with pytest.raises(Stale):
        use_scale(session, cast.admin, scale(session), 0, ScaleUseIn(enabled=False))


def test_nothing_is_scored_that_the_resident_did_not_agree_to(session: Session) -> None:
    for agreed in ({}, {"agreed": False}):
        with pytest.raises(ValidationError, match="Ask the resident first"):
            ScaleScoreIn.model_validate({"scale_id": scale(session), "level": 2, "by": "resident", **agreed})


def test_two_views_stand_side_by_side_the_residents_first(session: Session, cast: Cast, geert: Resident) -> None:
    with pytest.raises(Invalid) as refused:
        score_scale(session, cast.activator, geert.id, a_score(scale(session), 3, ScoredBy.WORKER))
    assert refused.value.faults[0].code == "resident_first"

    score_scale(session, cast.activator, geert.id, a_score(scale(session), 2, note="Ik kom weer buiten"))
    score_scale(session, cast.activator, geert.id, a_score(scale(session), 3, ScoredBy.WORKER))

    listed = list_scale_scores(session, cast.activator, geert.id, ALL).items
    assert [(one.by, one.level, one.note) for one in listed] == [
        (ScoredBy.WORKER, 3, None),
        (ScoredBy.RESIDENT, 2, "Ik kom weer buiten"),
    ]
    events = session.scalars(select(Event).where(col(Event.kind) == "scale_score.given")).all()
    assert all(set(event.facts) == {"scale_id", "by", "scored_on"} for event in events)
    assert show_scale_score(session, cast.activator, listed[1].id) == listed[1]


def test_on_a_wheel_each_part_is_scored_and_only_its_own_parts(session: Session, cast: Cast, geert: Resident) -> None:
    wheel = scale(session, "conversation_wheel")

    score_scale(session, cast.activator, geert.id, a_score(wheel, 3, domain="days"))

    for wrong, where in (
        (a_score(wheel, 3), "domain"),
        (a_score(wheel, 3, domain="elsewhere"), "domain"),
        (a_score(wheel, 9, domain="days"), "level"),
        (a_score(wheel, 3, ScoredBy.WORKER, domain="days"), "by"),
        (a_score(wheel, 3, domain="days", scored_on=TODAY + timedelta(days=1)), "scored_on"),
        (a_score(UUID(int=0), 3), "scale_id"),
    ):
        with pytest.raises(Invalid) as refused:
            score_scale(session, cast.activator, geert.id, wrong)
        assert [fault.where for fault in refused.value.faults] == [(where,)]


def test_a_scale_that_is_off_is_not_scored(session: Session, cast: Cast, geert: Resident) -> None:
    use_scale(session, cast.admin, scale(session), None, ScaleUseIn(enabled=False))

    with pytest.raises(Invalid):
        score_scale(session, cast.activator, geert.id, a_score(scale(session)))


def test_scores_wait_for_a_dossier_and_others_get_none(session: Session, cast: Cast, geert: Resident) -> None:
    alias = a_resident(session, cast.activator, cast.here_id)
    with pytest.raises(Invalid) as refused:
        score_scale(session, cast.activator, alias.id, a_score(scale(session)))
    assert refused.value.faults[0].code == "above_level"

    score = score_scale(session, cast.activator, geert.id, a_score(scale(session)))
    for actor in (cast.colleague, cast.privacy):
        with pytest.raises(NotAllowed):
            list_scale_scores(session, actor, geert.id, ALL)
        with pytest.raises(NotAllowed):
            show_scale_score(session, actor, score.id)
    for actor in (cast.stranger, cast.teamleader, cast.policy, cast.admin):
        with pytest.raises(NotFound):
            show_scale_score(session, actor, score.id)
    restrict_resident(session, cast.activator, geert.id, geert.version)
    with pytest.raises(Conflict):
        score_scale(session, cast.activator, geert.id, a_score(scale(session)))


def test_only_scores_of_scales_that_allow_it_can_be_added_up(session: Session, cast: Cast, geert: Resident) -> None:
    for key, domain in ((LADDER, None), ("participation_wheel", "contacts"), ("conversation_wheel", "days")):
        score_scale(session, cast.activator, geert.id, a_score(scale(session, key), 2, domain=domain, note="MARKER"))

    (one,) = session.execute(scores_to_add_up()).all()

    assert (one.scale, one.level, one.resident_id) == (LADDER, 2, geert.id)
    assert not hasattr(one, "note")
    assert len(session.scalars(select(ScaleScore)).all()) == 3
    restrict_resident(session, cast.activator, geert.id, geert.version)
    assert session.execute(scores_to_add_up()).all() == []
