"""Forums: who sits together at which level, and who reads by it."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment, Visibility
from bsa.commitments.queries import list_commitments, show_commitment
from bsa.commitments.shapes import CommitmentEventIn, CommitmentQuery, DeedKind
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.forums.actions import add_member, change_forum, end_forum, end_member, make_calendar, make_forum
from bsa.forums.models import Forum, ForumCalendar, Rhythm
from bsa.forums.queries import list_forums, list_members, show_forum
from bsa.forums.rhythm import next_day
from bsa.forums.shapes import ForumChange, ForumIn, ForumMemberIn, ForumQuery
from bsa.groups.models import Group, GroupKind
from bsa.institutions.models import Mandate
from bsa.people.queries import digest_of

from tests.cast import Cast
from tests.line import walk_the_line
from tests.table import a_forum


def test_a_forum_is_made_with_who_sits_in_it_and_leaves_an_event(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)

    shown = show_forum(session, cast.teamleader, forum.id)
    assert [member.institution_name for member in shown.members] == ["De Veenhoek"]
    assert shown.allowed_actions == ["keep_forum", "hold_meeting"]
    event = session.scalars(select(Event).where(col(Event.kind) == "forum.made")).one()
    assert event.facts == {"level": "operational", "rhythm": "six_weekly"}


def test_a_forum_is_seen_by_the_team_here_and_by_who_sits_in_it(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)

    for name in ("activator", "colleague", "teamleader", "corporation"):
        assert [one.id for one in list_forums(session, cast.actors[name], ForumQuery()).items] == [forum.id]
    assert show_forum(session, cast.corporation, forum.id).allowed_actions == []
    for name in ("stranger", "rival"):
        assert list_forums(session, cast.actors[name], ForumQuery()).items == []
        with pytest.raises(NotFound):
            show_forum(session, cast.actors[name], forum.id)
    for name in ("policy", "privacy", "admin"):
        with pytest.raises(NotAllowed):
            list_forums(session, cast.actors[name], ForumQuery())


def test_only_the_team_keeps_a_forum(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)

    with pytest.raises(NotAllowed):
        change_forum(session, cast.corporation, forum.id, forum.version, ForumChange(name="Anders"))
    with pytest.raises(NotFound):
        change_forum(session, cast.stranger, forum.id, forum.version, ForumChange(name="Anders"))
    with pytest.raises(Stale):
        change_forum(session, cast.activator, forum.id, forum.version + 1, ForumChange(name="Anders"))
    with pytest.raises(Invalid):
        make_forum(session, cast.activator, ForumIn(area_id=cast.there_id, name="Elders"))


def test_twins_are_of_two_levels_and_know_each_other(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)
    policy = a_forum(session, cast, Mandate.POLICY, forum.id)

    assert (forum.twin_id, policy.twin_id) == (policy.id, forum.id)
    assert show_forum(session, cast.activator, forum.id).twin_name == "Bestuurlijk overleg"
    other = a_forum(session, cast)
    with pytest.raises(Invalid):
        change_forum(session, cast.activator, other.id, other.version, ForumChange(twin_id=forum.id))
    change_forum(session, cast.activator, forum.id, forum.version, ForumChange(twin_id=None))
    assert (forum.twin_id, policy.twin_id) == (None, None)


def test_whoever_leaves_reads_no_more(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)
    member = list_members(session, cast.activator, forum.id)[0]

    end_member(session, cast.activator, forum.id, member.id)

    with pytest.raises(NotFound):
        show_forum(session, cast.corporation, forum.id)
    assert [one.id for one in show_forum(session, cast.activator, forum.id).former_members] == [member.id]
    with pytest.raises(NotFound):
        end_member(session, cast.activator, forum.id, member.id)


def test_a_group_of_residents_sits_in_a_forum_by_its_name(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)
    group = Group(area_id=cast.here_id, name="Bewonersgroep Molenstraat", kind=GroupKind.RESIDENTS_GROUP)
    elsewhere = Group(area_id=cast.there_id, name="Elders", kind=GroupKind.RESIDENTS_GROUP)
    session.add_all([group, elsewhere])
    session.flush()

    add_member(session, cast.activator, forum.id, ForumMemberIn(group_id=group.id))

    members = show_forum(session, cast.activator, forum.id).members
    assert [member.group_name for member in members] == [None, "Bewonersgroep Molenstraat"]
    for told in (ForumMemberIn(group_id=group.id), ForumMemberIn(group_id=elsewhere.id)):
        with pytest.raises(Invalid):
            add_member(session, cast.activator, forum.id, told)


def test_an_ended_forum_is_kept_no_more(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)
    make_calendar(session, cast.activator, forum.id)

    end_forum(session, cast.activator, forum.id, forum.version)

    assert session.scalars(select(ForumCalendar)).all() == []
    with pytest.raises(Conflict):
        add_member(session, cast.activator, forum.id, ForumMemberIn(institution_id=cast.rival_id))


def test_a_new_address_of_the_calendar_ends_the_old_one_and_is_shown_again(session: Session, cast: Cast) -> None:
    forum = a_forum(session, cast)
    _, first = make_calendar(session, cast.activator, forum.id)
    _, second = make_calendar(session, cast.activator, forum.id)
    session.expire_all()

    assert first != second
    assert show_forum(session, cast.corporation, forum.id).calendar == second
    digest = session.scalars(select(ForumCalendar.token_digest)).one()
    assert digest == digest_of(second.rsplit("/", 1)[1].removesuffix(".ics"))


def test_what_was_shown_to_the_table_is_read_by_who_sits_at_it(session: Session, cast: Cast) -> None:
    line = walk_the_line(session, cast)
    forum = a_forum(session, cast)
    shown = session.get_one(Commitment, line.commitment_id)
    assert list_commitments(session, cast.rival, CommitmentQuery()).items == []

    add_member(session, cast.activator, forum.id, ForumMemberIn(institution_id=cast.rival_id))
    assert list_commitments(session, cast.rival, CommitmentQuery()).items == []
    told = CommitmentEventIn(kind=DeedKind.PUBLISHED, happened_on=clock.today(), visibility=Visibility.FORUM)
    enter_event(session, cast.activator, shown.id, shown.version, told)

    assert [one.id for one in list_commitments(session, cast.rival, CommitmentQuery()).items] == [shown.id]
    read = show_commitment(session, cast.rival, shown.id)
    assert (read.allowed_actions, {event.entered_by for event in read.events}) == ([], {""})
    end_forum(session, cast.activator, forum.id, session.get_one(Forum, forum.id).version)
    assert list_commitments(session, cast.rival, CommitmentQuery()).items == []


@pytest.mark.parametrize(
    ("rhythm", "last", "expected"),
    [
        (Rhythm.WEEKLY, date(2026, 4, 22), date(2026, 4, 29)),
        (Rhythm.SIX_WEEKLY, date(2026, 4, 22), date(2026, 6, 3)),
        (Rhythm.MONTHLY, date(2026, 4, 22), date(2026, 5, 27)),
        (Rhythm.MONTHLY, date(2026, 4, 29), date(2026, 5, 27)),
        (Rhythm.QUARTERLY, date(2026, 11, 25), date(2027, 2, 24)),
        (Rhythm.YEARLY, date(2026, 4, 22), date(2027, 4, 28)),
        (Rhythm.WHEN_NEEDED, date(2026, 4, 22), None),
    ],
)
def test_the_rhythm_keeps_its_weekday(rhythm: Rhythm, last: date, expected: date | None) -> None:
    assert next_day(rhythm, last) == expected
