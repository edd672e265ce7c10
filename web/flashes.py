"""The words that a page says once after a deed, by name: the name travels in a cookie, never the words."""

from collections.abc import Callable
from dataclasses import dataclass

from bsa.errors import N_


@dataclass(frozen=True)
class Flash:
    """A word to say once."""

    text: str
    kind: str = "ok"

    def said(self, gettext: Callable[[str], str]) -> "Flash":
        """Return it in the reader's language."""
        return Flash(gettext(self.text), self.kind)


FLASHES: dict[str, Flash] = {
    "saved": Flash(N_("Saved.")),
    "signed_out": Flash(N_("You are signed out. Nothing of it is left on this device.")),
    "password_changed": Flash(N_("Your password is changed. Sign in with the new one.")),
    "resident_registered": Flash(N_("Registered. Only you can open this record.")),
    "level_raised": Flash(N_("The registration level is raised.")),
    "stepped_down": Flash(N_("Stepped down. What may no longer be kept is deleted.")),
    "worker_assigned": Flash(N_("Your colleague can open this record now.")),
    "worker_released": Flash(N_("Your colleague can no longer open this record.")),
    "consent_recorded": Flash(N_("The consent is written down.")),
    "consent_withdrawn": Flash(N_("The consent is withdrawn. It counts at once.")),
    "restricted": Flash(N_("The data is frozen and out of the lists.")),
    "restriction_lifted": Flash(N_("The restriction is lifted.")),
    "merged": Flash(N_("The two are one now.")),
    "erased": Flash(N_("Erased. Nothing of this resident can be read any more, in backups neither.")),
    "contact_noted": Flash(N_("Noted.")),
    "contact_struck": Flash(N_("Struck through. It stays readable, as struck.")),
    "promise_made": Flash(N_("Written down. It stands on your day page until you kept it.")),
    "promise_settled": Flash(N_("Settled.")),
    "need_recorded": Flash(N_("The question is written down in the resident's words.")),
    "need_deepened": Flash(N_("A layer deeper. The earlier words stay.")),
    "layer_confirmed": Flash(N_("The answer of the resident is written down.")),
    "layer_struck": Flash(N_("The layer is struck through.")),
    "decision_made": Flash(N_("The decision is written down.")),
    "need_closed": Flash(N_("The need is closed, with how it ended.")),
    "need_reopened": Flash(N_("The need is open again.")),
    "theme_named": Flash(N_("The theme is there.")),
    "theme_closed": Flash(N_("The theme is closed.")),
    "linked": Flash(N_("Linked.")),
    "unlinked": Flash(N_("The link is gone.")),
    "initiative_started": Flash(N_("The initiative is there.")),
    "exploring_meant": Flash(N_("On purpose: take the time. It is asked again later.")),
    "line_noted": Flash(N_("Written down, in these words.")),
    "impression_noted": Flash(N_("Written down, for you alone.")),
    "asset_noted": Flash(N_("Written down among the strengths.")),
    "line_struck": Flash(N_("Struck through. It stays readable, as struck.")),
    "layer_shared": Flash(N_("This layer may be passed on.")),
    "layer_kept": Flash(N_("This layer stays with you.")),
    "share_written": Flash(N_("Written down, between the two of you.")),
    "share_struck": Flash(N_("Struck through. It stays readable, as struck.")),
    "step_recorded": Flash(N_("Written down.")),
    "step_asks": Flash(
        N_("Written down. You did this alone a few times now. Who could do it next time, or together with you?"), "info"
    ),
    "step_struck": Flash(N_("Struck through. It counts no more.")),
    "practice_planned": Flash(N_("Planned. There is a card to take along.")),
    "practice_debriefed": Flash(N_("Written down. Every bit counts, not today too.")),
    "order_set": Flash(N_("The speaking order is set.")),
    "phase_moved": Flash(N_("The phase is changed.")),
    "stage_said": Flash(N_("Written down: where it stands now.")),
    "signal_recorded": Flash(N_("Taken up. It stands on your day page until there is an answer.")),
    "signal_answered": Flash(N_("The answer is written down.")),
    "handover_proposed": Flash(N_("Proposed. Nothing changes until the resident agrees.")),
    "handover_agreed": Flash(N_("The visit together is planned, in both calendars.")),
    "handover_declined": Flash(N_("Written down. You stay, or propose another colleague.")),
    "handover_done": Flash(N_("Handed over. What was open went along.")),
    "handover_called_off": Flash(N_("Called off.")),
    "appointment_made": Flash(N_("The appointment is there.")),
    "appointment_changed": Flash(N_("The appointment is changed.")),
    "appointment_cancelled": Flash(N_("Cancelled. In calendars it stays, as cancelled.")),
    "calendar_ended": Flash(N_("The address no longer works.")),
    "hushed": Flash(N_("Put aside for a week. It comes back by itself.")),
    "hush_lifted": Flash(N_("It is told again.")),
    "mail_wanted": Flash(N_("The weekly mail comes on Monday morning, when something waits.")),
    "mail_ended": Flash(N_("No weekly mail any more. The address is forgotten.")),
    "participant_added": Flash(N_("Added.")),
    "participation_ended": Flash(N_("No longer takes part.")),
    "aim_set": Flash(N_("The aim is set.")),
    "aim_reached": Flash(N_("Reached. Something to celebrate together.")),
    "institution_recorded": Flash(N_("The institution is there.")),
    "person_recorded": Flash(N_("Written down. Only the team and the institution itself see who this is.")),
    "person_left": Flash(N_("Nothing new is addressed to this person.")),
    "area_recorded": Flash(N_("The area is there.")),
    "ask_drafted": Flash(N_("Drafted. Nobody outside the team sees it yet.")),
    "draft_discarded": Flash(N_("The draft is gone.")),
    "ask_put": Flash(N_("Asked. The letter is ready below.")),
    "answer_recorded": Flash(N_("The answer is written down.")),
    "ask_closed": Flash(N_("The question to the institution is closed.")),
    "commitment_recorded": Flash(N_("The commitment is in the ledger.")),
    "event_entered": Flash(N_("Entered in the ledger.")),
    "verdict_recorded": Flash(N_("The verdict of the residents is in the ledger.")),
    "published": Flash(N_("Who may read it is changed.")),
    "round_ended": Flash(N_("The round is ended. Thank you for going.")),
    "no_ring_noted": Flash(N_("Noted for the whole team. The address itself is not kept.")),
    "no_ring_lifted": Flash(N_("Forgotten. You may ring there again.")),
    "tie_noted": Flash(N_("On the map.")),
    "tie_ended": Flash(N_("Off the map, and still known as somebody who was there before.")),
    "goal_set": Flash(N_("The goal is set, in these words.")),
    "goal_scored": Flash(N_("Written down, beside the other view.")),
    "goal_ended": Flash(N_("The goal is ended. What was said stays readable.")),
    "scale_recorded": Flash(N_("Recorded, switched off.")),
    "scale_on": Flash(N_("Switched on.")),
    "scale_off": Flash(N_("Switched off.")),
    "scale_scored": Flash(N_("Written down, with the resident's agreement.")),
    "account_created": Flash(N_("The account is there. Make a password for it and hand it over.")),
    "account_ended": Flash(N_("The account is ended. Nobody can sign in with it any more.")),
    "account_restored": Flash(N_("The account can be used again.")),
}
