"""Groups of residents: what each kind may, who is in it, and who may know that."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.groups.actions import add_group_member, change_group, end_group, end_group_member, found_group
from bsa.groups.models import Group, GroupKind, GroupMember, GroupPart
from bsa.groups.queries import group_named, list_groups, show_group
from bsa.groups.rights import DUTIES, RIGHTS, SOURCES, GroupRight
from bsa.groups.shapes import GroupChange, GroupEndIn, GroupIn, GroupMemberIn, GroupQuery
from bsa.lifecycle.actions import merge_residents
from bsa.residents.models import Resident
from bsa.residents.shapes import MergeIn

from tests.bsa.test_initiatives import an_initiative, introduced
from tests.cast import NOW, Cast, a_resident

TODAY = NOW.date()
ALL = GroupQuery()


def a_group(session: Session, cast: Cast, name: str = "Molenbuurt Warm", **more: object) -> Group:
    told = {"area_id": cast.here_id, "name": name, "kind": "residents_group", **more}
    return found_group(session, cast.activator, GroupIn.model_validate(told))


def is_in(resident: Resident, part: GroupPart = GroupPart.MEMBER) -> GroupMemberIn:
    return GroupMemberIn(resident_id=resident.id, part=part, consented_on=TODAY)


def kinds(session: Session) -> list[str]:
    query = select(Event.kind).where(col(Event.subject_kind) == "resident_group")
    return list(session.scalars(query.order_by(col(Event.created_at), col(Event.id))))


def test_an_initiative_becomes_a_committee_being_set_up_in_one_step(session: Session, cast: Cast) -> None:
    initiative = an_initiative(session, cast)

    group = found_group(
        session, cast.teamleader, GroupIn(initiative_id=initiative.id, kind=GroupKind.TENANTS_COMMITTEE)
    )

    shown = show_group(session, cast.activator, group.id)
    assert (shown.name, shown.area_name, shown.initiative_title) == (
        "Molenbuurt Warm",
        "Oude Molenbuurt",
        "Molenbuurt Warm",
    )
    assert (shown.founded_on, shown.recognised_on, shown.being_set_up) == (TODAY, None, True)
    assert shown.member_count == 0
    assert kinds(session) == ["resident_group.founded"]


def test_a_committee_is_recognised_by_somebody(session: Session, cast: Cast) -> None:
    group = a_group(session, cast, kind="tenants_committee")

    with pytest.raises(Invalid) as refused:
        change_group(session, cast.activator, group.id, 1, GroupChange(recognised_on=TODAY))
    assert [fault.where for fault in refused.value.faults] == [("institution_id",)]
    session.expire(group)
    told = GroupChange(recognised_on=TODAY, institution_id=cast.corporation_id, homes=34)
    change_group(session, cast.activator, group.id, 1, told)

    shown = show_group(session, cast.colleague, group.id)
    assert (shown.being_set_up, shown.institution_name, shown.homes) == (False, "De Veenhoek", 34)
    assert kinds(session) == ["resident_group.founded", "resident_group.changed", "resident_group.recognised"]
    with pytest.raises(Stale):
        change_group(session, cast.activator, group.id, 1, GroupChange(homes=35))


def test_each_kind_may_what_the_law_says_and_each_line_says_where(session: Session, cast: Cast) -> None:
    of_kind = {
        kind: show_group(session, cast.activator, a_group(session, cast, kind=kind, founded_on=TODAY).id)
        for kind in GroupKind
    }

    assert of_kind[GroupKind.RESIDENTS_GROUP].rights == []
    committee = of_kind[GroupKind.TENANTS_COMMITTEE]
    assert GroupRight.ADVICE in [one.right for one in committee.rights]
    assert {one.right for one in committee.duties} == {GroupRight.INFORMS_TENANTS, GroupRight.ACCOUNTS_YEARLY}
    assert all(one.source for shown in of_kind.values() for one in [*shown.rights, *shown.duties])
    # A recognised partner is a party, not "the residents".
    assert {kind for kind, shown in of_kind.items() if shown.speaks_for_itself} == {GroupKind.CONSULTATION_PARTNER}
    assert RIGHTS.keys() == DUTIES.keys() == set(GroupKind)
    assert SOURCES.keys() == set(GroupRight)


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"kind": "residents_group", "recognised_on": TODAY}, {"recognised_on", "institution_id"}),
        ({"kind": "tenants_committee", "founded_on": TODAY + timedelta(days=1)}, {"founded_on"}),
        (
            {"kind": "tenants_committee", "recognised_on": TODAY + timedelta(days=1)},
            {"founded_on", "recognised_on", "institution_id"},
        ),
        (
            {"kind": "tenants_committee", "founded_on": TODAY, "recognised_on": TODAY - timedelta(days=1)},
            {"recognised_on", "institution_id"},
        ),
    ],
)
def test_days_and_kind_hold_together(session: Session, cast: Cast, told: dict[str, Any], where: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        a_group(session, cast, **told)

    assert {fault.where[0] for fault in refused.value.faults} == where


def test_a_group_says_where_it_is_and_what_it_is_called(session: Session, cast: Cast) -> None:
    for told in ({"kind": "residents_group"}, {"kind": "residents_group", "area_id": cast.here_id}):
        with pytest.raises(ValidationError):
            GroupIn.model_validate(told)
    for name in ("name", "kind"):
        with pytest.raises(ValidationError):
            GroupChange.model_validate({name: None})
    with pytest.raises(Invalid):
        a_group(session, cast, area_id=cast.municipality_id)
    with pytest.raises(Invalid):
        a_group(session, cast, institution_id=cast.here_id)


def test_a_residents_group_that_becomes_a_committee_says_since_when(session: Session, cast: Cast) -> None:
    group = a_group(session, cast)
    with pytest.raises(Invalid):
        change_group(session, cast.activator, group.id, None, GroupChange(kind=GroupKind.TENANTS_COMMITTEE))
    session.expire(group)

    change_group(
        session,
        cast.activator,
        group.id,
        None,
        GroupChange(kind=GroupKind.TENANTS_COMMITTEE, founded_on=TODAY),
    )

    assert show_group(session, cast.activator, group.id).being_set_up


@pytest.mark.parametrize("name", ["stranger", "corporation", "policy", "privacy", "admin"])
def test_nobody_but_the_team_knows_of_a_group(session: Session, cast: Cast, name: str) -> None:
    group, other = a_group(session, cast), cast.actors[name]

    with pytest.raises(NotFound):
        show_group(session, other, group.id)
    with pytest.raises(NotFound):
        change_group(session, other, group.id, None, GroupChange(homes=3))
    with pytest.raises(Invalid):
        group_named(session, other, group.id, at="group_id")
    with pytest.raises(NotAllowed):
        found_group(session, other, GroupIn(area_id=cast.here_id, name="x", kind=GroupKind.RESIDENTS_GROUP))
    if name == "stranger":
        assert list_groups(session, other, ALL).items == []
    else:
        with pytest.raises(NotAllowed):
            list_groups(session, other, ALL)


def test_groups_are_listed_by_name_and_narrowed(session: Session, cast: Cast) -> None:
    committee = a_group(session, cast, "Commissie", kind="tenants_committee")
    others = [a_group(session, cast, name) for name in ("Zuid", "Aan de kade")]
    end_group(session, cast.activator, others[0].id, None, GroupEndIn())

    def names(**wanted: object) -> list[str]:
        return [one.name for one in list_groups(session, cast.activator, GroupQuery.model_validate(wanted)).items]

    assert names() == ["Aan de kade", "Commissie", "Zuid"]
    assert names(kind="tenants_committee") == ["Commissie"]
    assert (names(open=True), names(open=False)) == (["Aan de kade", "Commissie"], ["Zuid"])
    assert names(area_id=cast.there_id) == []
    first = list_groups(session, cast.activator, GroupQuery(limit=1))
    second = list_groups(session, cast.activator, GroupQuery(limit=1, cursor=first.next_cursor))
    assert [one.id for one in second.items] == [committee.id]
    assert group_named(session, cast.activator, committee.id, at="group_id").id == committee.id


def test_a_resident_is_in_it_who_agreed_and_others_are_counted(session: Session, cast: Cast) -> None:
    group = a_group(session, cast)
    geert, shy = introduced(session, cast), a_resident(session, cast.activator, cast.here_id, "Verlegen")
    member = add_group_member(session, cast.activator, group.id, is_in(geert, GroupPart.CHAIRS))

    mine, theirs, leader = (
        show_group(session, actor, group.id) for actor in (cast.activator, cast.colleague, cast.teamleader)
    )
    assert [(one.call_name, one.part) for one in mine.members] == [("Geert", GroupPart.CHAIRS)]
    assert (theirs.members, theirs.member_count, leader.members, leader.member_count) == ([], 1, [], 1)
    event = session.scalars(select(Event).where(col(Event.kind) == "resident_group.member_added")).one()
    assert event.facts == {"part": "chairs"}
    with pytest.raises(Conflict):
        add_group_member(session, cast.activator, group.id, is_in(geert))
    with pytest.raises(Invalid) as refused:
        add_group_member(session, cast.activator, group.id, is_in(shy))
    assert refused.value.faults[0].code == "consent_missing"
    with pytest.raises(NotAllowed):
        add_group_member(session, cast.colleague, group.id, is_in(geert))
    with pytest.raises(NotAllowed):
        end_group_member(session, cast.colleague, group.id, member.id)

    end_group_member(session, cast.activator, group.id, member.id)

    assert show_group(session, cast.activator, group.id).member_count == 0
    with pytest.raises(Conflict):
        end_group_member(session, cast.activator, group.id, member.id)
    with pytest.raises(NotFound):
        end_group_member(session, cast.activator, group.id, group.id)
    assert kinds(session)[-1] == "resident_group.member_left"


def test_a_group_that_ended_has_nobody_in_it_and_takes_nobody(session: Session, cast: Cast) -> None:
    group, geert = a_group(session, cast, kind="tenants_committee"), introduced(session, cast)
    add_group_member(session, cast.activator, group.id, is_in(geert))
    with pytest.raises(Invalid):
        end_group(session, cast.activator, group.id, None, GroupEndIn(ended_on=TODAY - timedelta(days=1)))

    end_group(session, cast.activator, group.id, None, GroupEndIn())

    shown = show_group(session, cast.activator, group.id)
    assert (shown.ended_on, shown.member_count, shown.allowed_actions) == (TODAY, 0, [])
    for deed in (
        lambda: end_group(session, cast.activator, group.id, None, GroupEndIn()),
        lambda: change_group(session, cast.activator, group.id, None, GroupChange(homes=3)),
        lambda: add_group_member(session, cast.activator, group.id, is_in(geert)),
    ):
        with pytest.raises(Conflict):
            deed()


def test_somebody_who_was_in_it_twice_is_in_it_once_after_a_merge(session: Session, cast: Cast) -> None:
    group = a_group(session, cast)
    geert, twin = introduced(session, cast), introduced(session, cast, "Man van nr. 14")
    for resident in (geert, twin):
        add_group_member(session, cast.activator, group.id, is_in(resident))

    merge_residents(session, cast.activator, geert.id, None, MergeIn(duplicate_id=twin.id))

    assert [one.resident_id for one in session.scalars(select(GroupMember))] == [geert.id]
