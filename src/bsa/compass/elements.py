"""The twelve elements of the method, and which events show that one of them is alive.

One table says it for every kind of event that the code can note; what says nothing about the method is named too, so
that a new kind is not forgotten: a test looks after that.
"""

from enum import StrEnum


class Element(StrEnum):
    """The twelve elements, in their order."""

    LIFEWORLD = "lifeworld"
    CONTEXT = "context"
    TRUST = "trust"
    OUTREACH = "outreach"
    QUESTION_BEHIND = "question_behind"
    OWN_SHARE = "own_share"
    LEARNING = "learning"
    PRACTICE = "practice"
    TOGETHER = "together"
    NEIGHBOURHOOD = "neighbourhood"
    DOUBLE_ACTIVATION = "double_activation"
    COOPERATION = "cooperation"


class ElementState(StrEnum):
    """Whether an element is to be seen."""

    ALIVE = "alive"
    SLEEPING = "sleeping"
    NOT_YET = "not_yet"


SHOWS: dict[str, tuple[Element, ...]] = {
    # 1 Getting to know the lifeworld
    "sketch_line.noted": (Element.LIFEWORLD,),
    "resident.phase_changed": (Element.LIFEWORLD,),
    "resident.exploring_meant": (Element.LIFEWORLD,),
    "contact.noted": (Element.LIFEWORLD, Element.TRUST),
    # 2 Joining in with context, culture and life experience
    "asset.noted": (Element.CONTEXT,),
    "resident.changed": (Element.CONTEXT,),
    "tie.noted": (Element.CONTEXT,),
    "tie.changed": (Element.CONTEXT,),
    "tie.ended": (Element.CONTEXT,),
    # 3 Trust
    "relationship.moved": (Element.TRUST,),
    "appointment.made": (Element.TRUST,),
    "promise.made": (Element.TRUST,),
    "promise.settled": (Element.TRUST,),
    "signal.recorded": (Element.TRUST,),
    "signal.answered": (Element.TRUST,),
    "handover.proposed": (Element.TRUST,),
    "handover.agreed": (Element.TRUST,),
    "handover.done": (Element.TRUST,),
    # 4 Going there
    "round.started": (Element.OUTREACH,),
    "round.ended": (Element.OUTREACH,),
    "no_ring.noted": (Element.OUTREACH,),
    "resident.registered": (Element.OUTREACH,),
    # 5 The question behind the question
    "need.recorded": (Element.QUESTION_BEHIND,),
    "need.deepened": (Element.QUESTION_BEHIND,),
    "need.layer_confirmed": (Element.QUESTION_BEHIND,),
    # 6 My part, their part
    # What the two write down of it is theirs: whether there is any is not counted (see SAYS_NOTHING).
    "goal.set": (Element.OWN_SHARE,),
    "goal_score.given": (Element.OWN_SHARE,),
    "scale_score.given": (Element.OWN_SHARE,),
    # 7 Learning by doing
    "learning_step.recorded": (Element.LEARNING,),
    # 8 Practice
    "practice_moment.planned": (Element.PRACTICE,),
    "practice_moment.debriefed": (Element.PRACTICE,),
    "speaking_order.set": (Element.PRACTICE,),
    # 9 From one's own wish to something together
    "need.translation_decided": (Element.TOGETHER,),
    "theme.named": (Element.TOGETHER,),
    "theme.need_linked": (Element.TOGETHER,),
    "suggestion.taken_up": (Element.TOGETHER,),
    "introduction.proposed": (Element.TOGETHER,),
    "introduction.agreed": (Element.TOGETHER,),
    "initiative.theme_linked": (Element.TOGETHER,),
    "initiative.participant_added": (Element.TOGETHER,),
    "resident_group.founded": (Element.TOGETHER,),
    "resident_group.member_added": (Element.TOGETHER,),
    # 10 The neighbourhood
    "logbook_entry.noted": (Element.NEIGHBOURHOOD,),
    "place_feature.noted": (Element.NEIGHBOURHOOD,),
    "neighbourhood_photo.taken": (Element.NEIGHBOURHOOD,),
    "initiative.started": (Element.TOGETHER, Element.NEIGHBOURHOOD),
    "initiative.changed": (Element.NEIGHBOURHOOD,),
    "initiative.phase_moved": (Element.NEIGHBOURHOOD,),
    "initiative.aim_set": (Element.NEIGHBOURHOOD,),
    "initiative.aim_reached": (Element.NEIGHBOURHOOD,),
    "initiative.aim_scored": (Element.NEIGHBOURHOOD,),
    "initiative_page.published": (Element.NEIGHBOURHOOD,),
    "task.planned": (Element.NEIGHBOURHOOD,),
    # 11 Double activation
    "ask.asked": (Element.DOUBLE_ACTIVATION,),
    "ask.answered": (Element.DOUBLE_ACTIVATION,),
    "ask.asked_again": (Element.DOUBLE_ACTIVATION,),
    "commitment.recorded": (Element.DOUBLE_ACTIVATION,),
    "commitment.claimed": (Element.DOUBLE_ACTIVATION,),
    "commitment.judged": (Element.DOUBLE_ACTIVATION,),
    "commitment.reopened": (Element.DOUBLE_ACTIVATION,),
    "slip_round.handed_out": (Element.DOUBLE_ACTIVATION,),
    "evidence.shown": (Element.DOUBLE_ACTIVATION,),
    # 12 Working together, on both levels and in the open
    "ask.escalated": (Element.COOPERATION,),
    "resident_group.recognised": (Element.COOPERATION,),
    "track.begun": (Element.COOPERATION,),
    "track.step_noted": (Element.COOPERATION,),
    "commitment.confirmed": (Element.COOPERATION,),
    "commitment.started": (Element.COOPERATION,),
    "commitment.moved": (Element.COOPERATION,),
    "commitment.contested": (Element.COOPERATION,),
    "commitment.published": (Element.COOPERATION,),
    "commitment.taken_higher": (Element.COOPERATION,),
    "forum.made": (Element.COOPERATION,),
    "forum_member.added": (Element.COOPERATION,),
    "meeting.closed": (Element.COOPERATION,),
    "meeting.minuted": (Element.COOPERATION,),
    "meeting.published": (Element.COOPERATION,),
    "meeting_action.done": (Element.COOPERATION,),
    "agreement.made": (Element.COOPERATION,),
    "public_voice.answered": (Element.COOPERATION,),
}
"""Which elements each kind of event shows."""

SAYS_NOTHING: frozenset[str] = frozenset(
    {
        "account.changed",
        "agenda_item.added",
        "agenda_item.decided",
        "agenda_item.moved",
        "agenda_item.removed",
        "agreement.changed",
        "agreement.ended",
        "account.created",
        "account.password_changed",
        "account.recovered",
        "account.signed_in",
        "account.token_issued",
        "appointment.cancelled",
        "appointment.changed",
        "appointment.taken_over",
        "area.changed",
        "area.recorded",
        "area_shape.drawn",
        "ask.changed",
        "ask.closed",
        "ask.discarded",
        "ask.drafted",
        "asset.struck",
        "budget_line.booked",
        "budget_line.changed",
        "budget_line.removed",
        "calendar_address.made",
        "commitment.window_closed",
        "commitment.withdrawn",
        "consent.recorded",
        "consent.withdrawn",
        "contact.struck",
        "evidence.taken_back",
        "forum.calendar_made",
        "forum.changed",
        "forum.ended",
        "forum_member.left",
        "goal.ended",
        "handover.called_off",
        "handover.declined",
        "initiative.aim_score_taken_back",
        "initiative.participation_ended",
        "initiative.theme_unlinked",
        "initiative_page.changed",
        "initiative_page.drafted",
        "initiative_page.withdrawn",
        "institution.changed",
        "institution.recorded",
        "institution_contact.changed",
        "institution_contact.left",
        "institution_contact.recorded",
        "institution_notice.sent",
        "learning_step.struck",
        "invitation.mailed",
        "letter.mailed",
        "logbook_entry.changed",
        "logbook_entry.removed",
        "meeting.agenda_built",
        "meeting.attendance_recorded",
        "meeting.cancelled",
        "meeting.changed",
        "meeting.invited",
        "meeting.opened",
        "meeting.planned",
        "meeting.taken_back",
        "meeting_action.agreed",
        "need.closed",
        "neighbourhood_photo.changed",
        "place_feature.changed",
        "place_feature.removed",
        "need.layer_struck",
        "need.reopened",
        "need.sharing_chosen",
        "no_ring.lifted",
        "own_share.asked",
        "own_share.struck",
        "own_share.written",
        "practice_moment.changed",
        "promise.taken_over",
        "reminder_hush.lifted",
        "reminder_hush.set",
        "public_voice.came",
        "resident.erased",
        "resident.level_raised",
        "resident.merged",
        "resident.restricted",
        "resident.restriction_lifted",
        "resident.stepped_down",
        "resident.worker_assigned",
        "resident.worker_released",
        "resident_group.changed",
        "resident_group.ended",
        "resident_group.member_left",
        "round.changed",
        "scale_definition.disabled",
        "scale_definition.enabled",
        "scale_definition.recorded",
        "signal.taken_over",
        "sketch_line.struck",
        "slip_round.added_to",
        "slip_round.closed",
        "slip_round.overtaken",
        "task.changed",
        "task.done",
        "task.dropped",
        "task.let_go",
        "task.reopened",
        "task.taken_up",
        "introduction.answered",
        "introduction.ended",
        "suggestion.dismissed",
        "suggestion.found",
        "theme.changed",
        "theme.closed",
        "theme.need_unlinked",
        "track.changed",
        "track.ended",
        "track.step_struck",
        "weekly_mail.ended",
        "weekly_mail.sent",
        "weekly_mail.wanted",
    }
)
"""Kinds of events that say nothing about the method: they end something, mend something, or keep house."""
