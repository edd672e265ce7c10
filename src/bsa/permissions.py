"""Who may do what: one table, readable aloud.

A rule is a list of alternatives; each alternative is a list of conditions that must all hold. A condition looks at the
actor and at what the deed is done to. What an actor may not even see is not refused here but not found: reading starts
at the `visible_to` of each feature.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from bsa.errors import NotAllowed


class Role(StrEnum):
    """What an account is for; one account may have more than one."""

    ACTIVATOR = "activator"
    TEAM_LEADER = "team_leader"
    INSTITUTION_CONTACT = "institution_contact"
    POLICY_OFFICER = "policy_officer"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


class Purpose(StrEnum):
    """For what somebody looks; chosen at sign-in, fixed in a token, written in the access log."""

    OWN_NEIGHBOURHOOD = "own_neighbourhood"
    STANDING_IN = "standing_in"
    PRIVACY_CHECK = "privacy_check"
    ADMINISTRATION = "administration"
    REFERRAL = "referral"
    """A partner's machine that sends referrals and follows them."""


PURPOSES_OF_PEOPLE = tuple(purpose for purpose in Purpose if purpose is not Purpose.REFERRAL)
"""The purposes that a person may have; the other one is of machines."""


class Scope(StrEnum):
    """What a machine may do: each scope opens some permissions, and a machine has nothing else."""

    REFERRALS_READ = "referrals:read"
    REFERRALS_WRITE = "referrals:write"
    SUBSCRIPTIONS_MANAGE = "subscriptions:manage"
    LEDGER_READ = "ledger:read"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: an account with its roles and its reach."""

    id: UUID
    name: str
    roles: frozenset[Role]
    area_ids: frozenset[UUID] = field(repr=False)
    """Every area in reach: the areas of the account with all that lies in them."""
    institution_id: UUID | None
    purpose: Purpose
    scopes: frozenset[Scope] | None = None
    """Of a machine: what its token opens. Of a person: none, for the roles say it all."""

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor has one of these roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def of_the_team(self) -> bool:
        """Tell whether the actor works in the neighbourhood team."""
        return self.has(Role.ACTIVATOR, Role.TEAM_LEADER)


class Permission(StrEnum):
    """Every deed and every kind of reading, by name."""

    SEE_AREAS = "see_areas"
    RECORD_AREA = "record_area"
    SEE_ACCOUNTS = "see_accounts"
    MANAGE_ACCOUNTS = "manage_accounts"
    CHANGE_OWN_ACCOUNT = "change_own_account"
    SEE_COLLEAGUES = "see_colleagues"

    SEE_RESIDENTS = "see_residents"
    OPEN_RECORD = "open_record"
    REGISTER_RESIDENT = "register_resident"
    CHANGE_RESIDENT = "change_resident"
    ASSIGN_WORKER = "assign_worker"
    RECORD_CONSENT = "record_consent"
    RESTRICT_RESIDENT = "restrict_resident"
    MERGE_RESIDENTS = "merge_residents"
    ERASE_RESIDENT = "erase_resident"

    SEE_ROUNDS = "see_rounds"
    GO_ROUND = "go_round"
    RESPECT_NO_RING = "respect_no_ring"

    SKETCH_LIFEWORLD = "sketch_lifeworld"
    CHANGE_PHASE = "change_phase"

    RECORD_RELATIONSHIP = "record_relationship"
    RECORD_SIGNAL = "record_signal"
    PROPOSE_HANDOVER = "propose_handover"
    AGREE_HANDOVER = "agree_handover"
    SEE_HANDOVERS = "see_handovers"
    SEE_HANDOVER_COUNTS = "see_handover_counts"
    FINISH_HANDOVER = "finish_handover"

    SEE_APPOINTMENTS = "see_appointments"
    MAKE_APPOINTMENT = "make_appointment"

    WRITE_OWN_SHARE = "write_own_share"

    SEE_STEPS = "see_steps"
    RECORD_OWN_STEP = "record_own_step"
    RECORD_STEP = "record_step"

    PRACTISE = "practise"
    SEE_SPEAKING_ORDER = "see_speaking_order"
    SET_SPEAKING_ORDER = "set_speaking_order"

    DRAW_NETWORK = "draw_network"
    SET_GOAL = "set_goal"
    SEE_SCALES = "see_scales"
    MANAGE_SCALES = "manage_scales"
    SCORE_SCALE = "score_scale"

    SEE_COMPASS = "see_compass"
    SEE_REMINDERS = "see_reminders"
    SEARCH = "search"

    NOTE_CONTACT = "note_contact"
    STRIKE_CONTACT = "strike_contact"
    MAKE_PROMISE = "make_promise"
    SETTLE_PROMISE = "settle_promise"
    SEE_OWN_DAY = "see_own_day"
    SEE_PROMISE_COUNTS = "see_promise_counts"

    SEE_NEEDS = "see_needs"
    RECORD_NEED = "record_need"
    DEEPEN_NEED = "deepen_need"
    CONFIRM_LAYER = "confirm_layer"
    STRIKE_LAYER = "strike_layer"
    SHARE_LAYER = "share_layer"
    DECIDE_TRANSLATION = "decide_translation"
    CLOSE_NEED = "close_need"
    REOPEN_NEED = "reopen_need"

    SEE_SUGGESTIONS = "see_suggestions"
    DECIDE_SUGGESTION = "decide_suggestion"
    SEE_INTRODUCTIONS = "see_introductions"
    PROPOSE_INTRODUCTION = "propose_introduction"
    ASK_FOR_INTRODUCTION = "ask_for_introduction"

    SEE_THEMES = "see_themes"
    NAME_THEME = "name_theme"
    CHANGE_THEME = "change_theme"
    CLOSE_THEME = "close_theme"
    LINK_NEED = "link_need"

    SEE_INITIATIVES = "see_initiatives"
    START_INITIATIVE = "start_initiative"
    CHANGE_INITIATIVE = "change_initiative"
    ADD_PARTICIPANT = "add_participant"
    PUBLISH_INITIATIVE = "publish_initiative"

    SEE_TASKS = "see_tasks"
    PLAN_TASK = "plan_task"
    SEE_BUDGET = "see_budget"
    KEEP_BUDGET = "keep_budget"
    SCORE_AIM = "score_aim"

    SEE_GROUPS = "see_groups"
    KEEP_GROUP = "keep_group"
    ADD_GROUP_MEMBER = "add_group_member"

    SEE_PLACES = "see_places"
    KEEP_PLACE = "keep_place"
    SEE_MAP = "see_map"
    DRAW_MAP = "draw_map"

    SEE_INSTITUTIONS = "see_institutions"
    RECORD_INSTITUTION = "record_institution"
    SEE_INSTITUTION_CONTACTS = "see_institution_contacts"
    SEE_PORTAL = "see_portal"

    SEE_ASKS = "see_asks"
    DRAFT_ASK = "draft_ask"
    PUT_ASK = "put_ask"
    ANSWER_ASK = "answer_ask"
    STRIKE_ANSWER = "strike_answer"
    ASK_AGAIN = "ask_again"
    ESCALATE_ASK = "escalate_ask"
    CLOSE_ASK = "close_ask"
    SEE_LETTERS = "see_letters"

    SEE_COMMITMENTS = "see_commitments"
    RECORD_COMMITMENT = "record_commitment"
    SPEAK_FOR_INSTITUTION = "speak_for_institution"
    WITHDRAW_COMMITMENT = "withdraw_commitment"
    AGREE_NEW_DATE = "agree_new_date"
    RECORD_VERDICT = "record_verdict"
    REOPEN_COMMITMENT = "reopen_commitment"
    PUBLISH_COMMITMENT = "publish_commitment"
    SHOW_EVIDENCE = "show_evidence"

    SEE_SLIPS = "see_slips"
    HAND_OUT_SLIPS = "hand_out_slips"

    SEE_FORUMS = "see_forums"
    KEEP_FORUM = "keep_forum"
    SEE_MEETINGS = "see_meetings"
    HOLD_MEETING = "hold_meeting"
    SEE_AGREEMENTS = "see_agreements"
    KEEP_AGREEMENT = "keep_agreement"

    SEE_TRACKS = "see_tracks"
    KEEP_TRACK = "keep_track"

    SEE_VOICES = "see_voices"
    ANSWER_VOICE = "answer_voice"

    SEE_DOUBLE_ACTIVATION = "see_double_activation"

    SEE_AGREED_TASKS = "see_agreed_tasks"
    SEE_CLOSING = "see_closing"
    AGREE_TASK = "agree_task"
    CLOSE_QUARTER = "close_quarter"
    CHOOSE_PROFILE = "choose_profile"

    SEE_REFERRALS = "see_referrals"
    OPEN_REFERRAL = "open_referral"
    SEND_REFERRAL = "send_referral"
    DECIDE_REFERRAL = "decide_referral"
    ASSIGN_REFERRAL = "assign_referral"
    CARRY_REFERRAL = "carry_referral"
    WITHDRAW_REFERRAL = "withdraw_referral"
    MARK_REFERRAL_ERROR = "mark_referral_error"

    MANAGE_CLIENTS = "manage_clients"

    SEE_SUBSCRIPTIONS = "see_subscriptions"
    KEEP_SUBSCRIPTION = "keep_subscription"
    RESEND_DELIVERY = "resend_delivery"


Condition = Callable[[Actor, Any], bool]
Rule = list[list[Condition]]


def anybody_signed_in(actor: Actor, subject: Any) -> bool:
    """Is signed in."""
    return True


def is_activator(actor: Actor, subject: Any) -> bool:
    """Is a neighbourhood activator."""
    return actor.has(Role.ACTIVATOR)


def is_team_leader(actor: Actor, subject: Any) -> bool:
    """Is a team leader."""
    return actor.has(Role.TEAM_LEADER)


def is_institution_contact(actor: Actor, subject: Any) -> bool:
    """Is a contact of an institution."""
    return actor.has(Role.INSTITUTION_CONTACT)


def is_policy_officer(actor: Actor, subject: Any) -> bool:
    """Is a municipal policy officer."""
    return actor.has(Role.POLICY_OFFICER)


def is_privacy_officer(actor: Actor, subject: Any) -> bool:
    """Is the privacy officer."""
    return actor.has(Role.PRIVACY_OFFICER)


def is_administrator(actor: Actor, subject: Any) -> bool:
    """Is an administrator."""
    return actor.has(Role.ADMINISTRATOR)


def in_own_area(actor: Actor, subject: Any) -> bool:
    """Does it in an area of the own reach."""
    return subject is None or subject.area_id in actor.area_ids


def looks_after_resident(actor: Actor, subject: Any) -> bool:
    """Is assigned to the resident, or stands in."""
    return subject is None or actor.id in subject.worker_ids


def is_assigned_to_resident(actor: Actor, subject: Any) -> bool:
    """Is assigned to the resident, and not only standing in."""
    return subject is None or actor.id in subject.assigned_ids


def takes_over(actor: Actor, subject: Any) -> bool:
    """Is the one who takes over."""
    return subject is None or subject.to_account_id == actor.id


def hands_over(actor: Actor, subject: Any) -> bool:
    """Is the one who hands over."""
    return subject is None or subject.from_account_id == actor.id


def takes_part(actor: Actor, subject: Any) -> bool:
    """Goes there, alone or with a colleague."""
    return subject is None or actor.id in (subject.account_id, subject.with_account_id)


def is_author(actor: Actor, subject: Any) -> bool:
    """Wrote it."""
    return subject is None or subject.worker_id == actor.id


def is_own_account(actor: Actor, subject: Any) -> bool:
    """Does it with the own account."""
    return subject is None or subject.id == actor.id


def for_own_institution(actor: Actor, subject: Any) -> bool:
    """Does it for the own institution."""
    return subject is None or (actor.institution_id is not None and subject.institution_id == actor.institution_id)


def sits_in_forum(actor: Actor, subject: Any) -> bool:
    """Is of an institution that belongs to the forum."""
    return subject is None or (actor.institution_id is not None and actor.institution_id in subject.institution_ids)


def shown_beyond_team(actor: Actor, subject: Any) -> bool:
    """Does it with what was published to the neighbourhood or to all."""
    return subject is None or subject.visibility in ("neighbourhood", "public")


def shown_to_forum(actor: Actor, subject: Any) -> bool:
    """Does it with what was shown to the partners at the table, or to more."""
    return subject is None or subject.visibility != "team"


def sent_to_the_team(actor: Actor, subject: Any) -> bool:
    """Does it with what a partner referred to the team."""
    return subject is None or subject.direction == "inbound"


def sent_by_the_team(actor: Actor, subject: Any) -> bool:
    """Does it with what the team referred to a partner."""
    return subject is None or subject.direction == "outbound"


def owned_by_nobody(actor: Actor, subject: Any) -> bool:
    """Does it with what nobody took on yet."""
    return subject is None or subject.owner_id is None


def is_owner(actor: Actor, subject: Any) -> bool:
    """Took it on."""
    return subject is None or subject.owner_id == actor.id


ACTIVATOR_HERE: list[Condition] = [is_activator, in_own_area]
TEAM_LEADER_HERE: list[Condition] = [is_team_leader, in_own_area]
OWN_WORKER: list[Condition] = [is_activator, looks_after_resident]
TEAM: Rule = [ACTIVATOR_HERE, TEAM_LEADER_HERE]
OWN_INSTITUTION: list[Condition] = [is_institution_contact, for_own_institution]
RECEIVING_WORKER: list[Condition] = [is_activator, is_owner, sent_to_the_team]
NEXT_WORKER: list[Condition] = [*OWN_WORKER, sent_to_the_team]
"""Who looks after the resident whom a referral turned out to be about goes on with it when its owner has left."""
SENDING_WORKER: list[Condition] = [is_activator, is_owner, sent_by_the_team]
FREE_TO_TAKE: list[Condition] = [*ACTIVATOR_HERE, owned_by_nobody, sent_to_the_team]
REFERRING_PARTNER: list[Condition] = [*OWN_INSTITUTION, sent_to_the_team]
RECEIVING_PARTNER: list[Condition] = [*OWN_INSTITUTION, sent_by_the_team]
MEMBER_OF_FORUM: list[Condition] = [is_institution_contact, sits_in_forum]

RULES: dict[Permission, Rule] = {
    Permission.SEE_AREAS: [[anybody_signed_in]],
    Permission.RECORD_AREA: [[is_administrator]],
    Permission.SEE_ACCOUNTS: [[is_administrator]],
    Permission.MANAGE_ACCOUNTS: [[is_administrator]],
    Permission.CHANGE_OWN_ACCOUNT: [[is_own_account]],
    Permission.SEE_COLLEAGUES: [[is_activator], [is_team_leader]],
    Permission.SEE_RESIDENTS: [ACTIVATOR_HERE, [is_privacy_officer, in_own_area]],
    Permission.OPEN_RECORD: [OWN_WORKER],
    Permission.REGISTER_RESIDENT: [ACTIVATOR_HERE],
    Permission.CHANGE_RESIDENT: [OWN_WORKER],
    Permission.ASSIGN_WORKER: [OWN_WORKER],
    Permission.RECORD_CONSENT: [OWN_WORKER],
    Permission.RESTRICT_RESIDENT: [OWN_WORKER, [is_privacy_officer, in_own_area]],
    Permission.MERGE_RESIDENTS: [OWN_WORKER],
    Permission.ERASE_RESIDENT: [OWN_WORKER, [is_privacy_officer, in_own_area]],
    Permission.SEE_ROUNDS: TEAM,
    Permission.GO_ROUND: [ACTIVATOR_HERE],
    Permission.RESPECT_NO_RING: [ACTIVATOR_HERE],
    Permission.SKETCH_LIFEWORLD: [OWN_WORKER],
    Permission.CHANGE_PHASE: [OWN_WORKER],
    Permission.RECORD_RELATIONSHIP: [OWN_WORKER],
    Permission.RECORD_SIGNAL: [OWN_WORKER],
    Permission.PROPOSE_HANDOVER: [[is_activator, is_assigned_to_resident]],
    Permission.AGREE_HANDOVER: [[is_activator, hands_over]],
    Permission.SEE_HANDOVERS: [[is_activator, hands_over], [is_activator, takes_over]],
    Permission.SEE_HANDOVER_COUNTS: [TEAM_LEADER_HERE],
    Permission.FINISH_HANDOVER: [[is_activator, hands_over], [is_activator, takes_over]],
    Permission.SEE_APPOINTMENTS: [[is_activator, takes_part], [is_team_leader, takes_part]],
    Permission.MAKE_APPOINTMENT: [[is_activator, takes_part], [is_team_leader, takes_part]],
    Permission.WRITE_OWN_SHARE: [[is_activator, is_assigned_to_resident]],
    Permission.SEE_STEPS: TEAM,
    Permission.RECORD_OWN_STEP: [OWN_WORKER],
    Permission.RECORD_STEP: TEAM,
    Permission.PRACTISE: [OWN_WORKER],
    Permission.SEE_SPEAKING_ORDER: TEAM,
    Permission.SET_SPEAKING_ORDER: TEAM,
    Permission.DRAW_NETWORK: [OWN_WORKER],
    Permission.SET_GOAL: [OWN_WORKER],
    Permission.SEE_SCALES: [[is_activator], [is_administrator]],
    Permission.MANAGE_SCALES: [[is_administrator]],
    Permission.SCORE_SCALE: [OWN_WORKER],
    Permission.SEE_COMPASS: TEAM,
    Permission.SEE_REMINDERS: [[is_activator], [is_team_leader]],
    Permission.SEARCH: [[anybody_signed_in]],
    Permission.NOTE_CONTACT: [OWN_WORKER],
    Permission.STRIKE_CONTACT: [[*OWN_WORKER, is_author]],
    Permission.MAKE_PROMISE: [OWN_WORKER],
    Permission.SETTLE_PROMISE: [OWN_WORKER],
    Permission.SEE_OWN_DAY: [[is_activator], [is_team_leader]],
    Permission.SEE_PROMISE_COUNTS: [TEAM_LEADER_HERE],
    Permission.SEE_NEEDS: TEAM,
    Permission.RECORD_NEED: [OWN_WORKER],
    Permission.DEEPEN_NEED: [OWN_WORKER],
    Permission.CONFIRM_LAYER: [OWN_WORKER],
    Permission.STRIKE_LAYER: [OWN_WORKER],
    Permission.SHARE_LAYER: [OWN_WORKER],
    Permission.DECIDE_TRANSLATION: [OWN_WORKER],
    Permission.CLOSE_NEED: [OWN_WORKER],
    Permission.REOPEN_NEED: [OWN_WORKER],
    Permission.SEE_SUGGESTIONS: TEAM,
    Permission.DECIDE_SUGGESTION: TEAM,
    Permission.SEE_INTRODUCTIONS: TEAM,
    Permission.PROPOSE_INTRODUCTION: [ACTIVATOR_HERE],
    Permission.ASK_FOR_INTRODUCTION: [OWN_WORKER],
    Permission.SEE_THEMES: TEAM,
    Permission.NAME_THEME: TEAM,
    Permission.CHANGE_THEME: TEAM,
    Permission.CLOSE_THEME: TEAM,
    Permission.LINK_NEED: [OWN_WORKER],
    Permission.SEE_INITIATIVES: TEAM,
    Permission.START_INITIATIVE: TEAM,
    Permission.CHANGE_INITIATIVE: TEAM,
    Permission.ADD_PARTICIPANT: [OWN_WORKER],
    Permission.PUBLISH_INITIATIVE: TEAM,
    Permission.SEE_TASKS: TEAM,
    Permission.PLAN_TASK: TEAM,
    Permission.SEE_BUDGET: TEAM,
    Permission.KEEP_BUDGET: TEAM,
    Permission.SCORE_AIM: TEAM,
    Permission.SEE_GROUPS: TEAM,
    Permission.KEEP_GROUP: TEAM,
    Permission.ADD_GROUP_MEMBER: [OWN_WORKER],
    Permission.SEE_PLACES: TEAM,
    Permission.KEEP_PLACE: TEAM,
    Permission.SEE_MAP: [*TEAM, [is_policy_officer, in_own_area]],
    Permission.DRAW_MAP: [[is_administrator]],
    Permission.SEE_INSTITUTIONS: [
        [is_activator],
        [is_team_leader],
        [is_administrator],
        [is_policy_officer],
        OWN_INSTITUTION,
    ],
    Permission.RECORD_INSTITUTION: [[is_activator], [is_team_leader], [is_administrator]],
    Permission.SEE_INSTITUTION_CONTACTS: [[is_activator], [is_team_leader], [is_administrator], OWN_INSTITUTION],
    Permission.SEE_PORTAL: [OWN_INSTITUTION],
    Permission.SEE_ASKS: [*TEAM, OWN_INSTITUTION],
    Permission.DRAFT_ASK: TEAM,
    Permission.PUT_ASK: TEAM,
    Permission.ANSWER_ASK: [*TEAM, OWN_INSTITUTION],
    Permission.STRIKE_ANSWER: [*TEAM, OWN_INSTITUTION],
    Permission.ASK_AGAIN: TEAM,
    Permission.ESCALATE_ASK: TEAM,
    Permission.CLOSE_ASK: TEAM,
    Permission.SEE_LETTERS: TEAM,
    Permission.SEE_COMMITMENTS: [
        *TEAM,
        OWN_INSTITUTION,
        [*MEMBER_OF_FORUM, shown_to_forum],
        [is_policy_officer, in_own_area, shown_beyond_team],
    ],
    Permission.RECORD_COMMITMENT: TEAM,
    Permission.SPEAK_FOR_INSTITUTION: [*TEAM, OWN_INSTITUTION],
    Permission.WITHDRAW_COMMITMENT: [*TEAM, OWN_INSTITUTION],
    Permission.AGREE_NEW_DATE: TEAM,
    Permission.RECORD_VERDICT: [ACTIVATOR_HERE],
    Permission.REOPEN_COMMITMENT: TEAM,
    Permission.PUBLISH_COMMITMENT: TEAM,
    Permission.SHOW_EVIDENCE: [*TEAM, OWN_INSTITUTION],
    Permission.SEE_SLIPS: TEAM,
    Permission.HAND_OUT_SLIPS: [ACTIVATOR_HERE],
    Permission.SEE_FORUMS: [*TEAM, MEMBER_OF_FORUM],
    Permission.KEEP_FORUM: TEAM,
    Permission.SEE_MEETINGS: [*TEAM, MEMBER_OF_FORUM],
    Permission.HOLD_MEETING: TEAM,
    Permission.SEE_AGREEMENTS: [*TEAM, OWN_INSTITUTION, [is_privacy_officer, in_own_area]],
    Permission.KEEP_AGREEMENT: TEAM,
    Permission.SEE_TRACKS: [*TEAM, OWN_INSTITUTION],
    Permission.KEEP_TRACK: TEAM,
    Permission.SEE_VOICES: TEAM,
    Permission.ANSWER_VOICE: TEAM,
    Permission.SEE_DOUBLE_ACTIVATION: [*TEAM, [is_policy_officer, in_own_area]],
    Permission.SEE_AGREED_TASKS: [[is_team_leader], [is_policy_officer], [is_privacy_officer]],
    Permission.SEE_CLOSING: [[is_team_leader], [is_privacy_officer]],
    Permission.AGREE_TASK: [[is_team_leader], [is_policy_officer]],
    Permission.CLOSE_QUARTER: [[is_team_leader]],
    Permission.CHOOSE_PROFILE: [[is_privacy_officer]],
    Permission.SEE_REFERRALS: [*TEAM, OWN_INSTITUTION],
    Permission.OPEN_REFERRAL: [FREE_TO_TAKE, [is_activator, is_owner], OWN_WORKER, OWN_INSTITUTION],
    Permission.SEND_REFERRAL: [ACTIVATOR_HERE, SENDING_WORKER, OWN_INSTITUTION],
    Permission.DECIDE_REFERRAL: [FREE_TO_TAKE, RECEIVING_PARTNER],
    Permission.ASSIGN_REFERRAL: [RECEIVING_WORKER, SENDING_WORKER, FREE_TO_TAKE, TEAM_LEADER_HERE],
    Permission.CARRY_REFERRAL: [RECEIVING_WORKER, NEXT_WORKER, RECEIVING_PARTNER],
    Permission.WITHDRAW_REFERRAL: [FREE_TO_TAKE, RECEIVING_WORKER, NEXT_WORKER, SENDING_WORKER, OWN_INSTITUTION],
    Permission.MARK_REFERRAL_ERROR: [REFERRING_PARTNER, SENDING_WORKER],
    Permission.MANAGE_CLIENTS: [[is_administrator]],
    Permission.SEE_SUBSCRIPTIONS: [[is_administrator], OWN_INSTITUTION],
    Permission.KEEP_SUBSCRIPTION: [[is_administrator], OWN_INSTITUTION],
    Permission.RESEND_DELIVERY: [[is_administrator]],
}

SCOPES: dict[Scope, frozenset[Permission]] = {
    Scope.REFERRALS_READ: frozenset({Permission.SEE_REFERRALS, Permission.OPEN_REFERRAL}),
    Scope.REFERRALS_WRITE: frozenset(
        {
            Permission.SEE_REFERRALS,
            Permission.OPEN_REFERRAL,
            Permission.SEND_REFERRAL,
            Permission.DECIDE_REFERRAL,
            Permission.CARRY_REFERRAL,
            Permission.WITHDRAW_REFERRAL,
            Permission.MARK_REFERRAL_ERROR,
            Permission.SEE_AREAS,
        }
    ),
    Scope.SUBSCRIPTIONS_MANAGE: frozenset({Permission.SEE_SUBSCRIPTIONS, Permission.KEEP_SUBSCRIPTION}),
    Scope.LEDGER_READ: frozenset(
        {Permission.SEE_INSTITUTIONS, Permission.SEE_ASKS, Permission.SEE_COMMITMENTS, Permission.SEE_AREAS}
    ),
}
"""What each scope opens, within what the roles of the machine's account allow."""


def allows(actor: Actor, permission: Permission, subject: Any = None) -> bool:
    """Tell whether the actor may do this to the subject; without a subject: whether there may be one at all."""
    if actor.scopes is not None and not any(permission in SCOPES[scope] for scope in actor.scopes):
        return False
    return any(all(condition(actor, subject) for condition in way) for way in RULES[permission])


def require(actor: Actor, permission: Permission, subject: Any = None, *, instead: str | None = None) -> None:
    """Refuse with `NotAllowed` what the actor may not do; `instead` says how to go on."""
    if not allows(actor, permission, subject):
        raise NotAllowed(instead)
