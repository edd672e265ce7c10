"""The documents that are read off the code: who may do what, and which states there are.

`make documents` writes them into docs/; a test compares what stands there with what is drawn up here.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

from bsa.asks import standing as asks
from bsa.asks.models import AskEventKind, AskState, Side
from bsa.commitments import standing as ledger
from bsa.commitments.deeds import DEEDS
from bsa.commitments.models import CommitmentEventKind, CommitmentState, Verdict, Visibility
from bsa.permissions import RULES, Actor, Condition, Permission, Purpose, Role, allows
from bsa.referrals.deeds import DEEDS as DEEDS_OF_REFERRALS
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.models import ReferralDirection
from bsa.referrals.states import ENTRIES, ReferralOutcome, ReferralReason, ReferralSide, ReferralState
from bsa.trust import deeds as handovers
from bsa.trust.models import HandoverState

NOTE = "<!-- Written by `make documents` from the code. Change the code, not this page. -->\n"

ONE, OTHER = UUID(int=1), UUID(int=2)
"""Somebody or something of one's own, and of others."""

FITS: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "here": ({"area_id": ONE}, {"area_id": OTHER}),
    "own residents": ({"worker_ids": frozenset({ONE})}, {"worker_ids": frozenset({OTHER})}),
    "assigned residents": ({"assigned_ids": frozenset({ONE})}, {"assigned_ids": frozenset({OTHER})}),
    "handing over": ({"from_account_id": ONE}, {"from_account_id": OTHER}),
    "taking over": ({"to_account_id": ONE}, {"to_account_id": OTHER}),
    "going there": ({"account_id": ONE, "with_account_id": None}, {"account_id": OTHER, "with_account_id": None}),
    "own institution": ({"institution_id": ONE}, {"institution_id": OTHER}),
    "own account": ({"id": ONE}, {"id": OTHER}),
    "own writing": ({"worker_id": ONE}, {"worker_id": OTHER}),
    "seated": ({"institution_ids": frozenset({ONE})}, {"institution_ids": frozenset({OTHER})}),
    "to the team": ({"direction": ReferralDirection.INBOUND}, {"direction": None}),
    "by the team": ({"direction": ReferralDirection.OUTBOUND}, {}),
    "not taken on": ({"owner_id": None}, {"owner_id": OTHER}),
    "taken on": ({"owner_id": ONE}, {}),
    "published": ({"visibility": Visibility.PUBLIC}, {"visibility": Visibility.TEAM}),
}
"""How something fits whoever acts, and how it does not: all that the conditions of the permission table look at."""


PERMISSIONS = """\
# Who may do what

Read aloud from `src/bsa/permissions.py`. The rule decides what is done to something that one can see. What one
cannot even see is not refused but not found (404): each feature starts reading at its own `visible_to`.

## At a glance

For somebody with this one role. Who has more roles may do what any of them may.

- **always**: whatever it is done to
- **here**: only in an area of the own reach
- **own residents**: only for a resident whom one looks after, or for whom one stands in
- **assigned residents**: only for a resident to whom one is assigned, not as a stand-in
- **handing over**, **taking over**: only a handover that one gives, or takes
- **going there**: only an appointment to which one goes, alone or with a colleague
- **own institution**: only for the institution for which one speaks
- **own account**: only for the own account
- **own writing**: only for what one wrote oneself
- **seated**: only where the own institution sits in the forum
- **to the team**, **by the team**: only a referral of a partner to the team, or of the team to a partner
- **not taken on**, **taken on**: only what nobody took on yet, or what one took on oneself
- **published**: only for what was published to the neighbourhood or to all; for whoever is seated, to the table too
- **–**: never
"""

STATES = """\
# The states

Of asks and commitments no deed writes a state. A deed appends an event; the state is what the events add up to on a
day. What is entered on another's behalf says by whom it was entered, and from where it is known.
"""

ASK = """\
## An ask

Read from `src/bsa/asks/standing.py`.
"""

AFTER_ASK = """\
An ask that waits is `unanswered` from the day after the one that was set for the answer. That is computed, not stored.
A draft is discarded, not closed; what is closed stays closed.
"""

COMMITMENT = """\
## A commitment

Read from `src/bsa/commitments/standing.py` and `deeds.py`. What changes no state stands in the table only.
"""

AFTER_COMMITMENT = """\
The window is {days} days and a verdict needs {voters} voters, unless the installation set it otherwise. `late` is no
state, it is computed: from the day after the due day until there is a claim, or a verdict of residents on the silence.
"""


HANDOVER = """\
## A handover

Read from `src/bsa/trust/deeds.py`. A handover is between two workers, with the resident's agreement; here the state is
kept, and each deed writes an event besides.
"""


REFERRAL = """\
## A referral

Read from `src/bsa/referrals/states.py` and `deeds.py`. The state is what the events add up to. A side sets only its own
states; a resident's no needs no reason, whoever enters it. From every state it may turn out to be `entered_in_error`.
"""


def permissions_page() -> str:
    """Draw up who may do what."""
    table = [
        f"| permission | {' | '.join(_in_words(role) for role in Role)} |",
        "| --- |" + " --- |" * len(Role),
        *(f"| `{permission}` | {' | '.join(reach(role, permission) for role in Role)} |" for permission in Permission),
    ]
    aloud: dict[str, list[str]] = {}
    for permission in Permission:
        ways = "".join(f"- who {_way_in_words(way)}\n" for way in RULES[permission])
        aloud.setdefault(ways, []).append(f"`{permission}`")
    words = [f"{', '.join(named)}:\n\n{ways}" for ways, named in aloud.items()]
    return "\n".join([NOTE, PERMISSIONS, *table, "", "## In words\n\nAny one line is enough.\n", *words])


def states_page() -> str:
    """Draw up the states of asks and commitments, and what leads from one to another."""
    rules = ledger.VerdictRules()
    after = AFTER_COMMITMENT.format(days=rules.window_days, voters=rules.minimum_voters)
    return "\n".join(
        [
            *(NOTE, STATES, ASK, *_diagram(_ask_arrows()), "", *_table(_ask_rows()), "", AFTER_ASK),
            *(COMMITMENT, *_diagram(_ledger_arrows()), "", *_table(_ledger_rows()), "", after),
            *(HANDOVER, *_diagram(_handover_arrows()), "", *_handover_table(), ""),
            *(REFERRAL, *_diagram(_referral_arrows()), "", *_referral_table(), ""),
        ]
    )


PAGES: dict[str, Callable[[], str]] = {"permissions.md": permissions_page, "states.md": states_page}


def write(folder: Path) -> None:
    """Write the pages into a folder."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


def reach(role: Role, permission: Permission) -> str:
    """Tell how far a permission reaches for a role: what must fit, found by trying every combination."""
    actor = Actor(
        id=ONE,
        name="somebody",
        roles=frozenset({role}),
        area_ids=frozenset({ONE}),
        institution_id=ONE,
        purpose=Purpose.OWN_NEIGHBOURHOOD,
    )
    enough: list[set[str]] = []
    # No way asks for more than it has conditions, so no more need to be tried at once.
    most = max(len(way) for way in RULES[permission])
    for size in range(most + 1):
        for fitting in map(set, combinations(FITS, size)):
            needless = any(less <= fitting for less in enough)
            if not needless and allows(actor, permission, _something(fitting)):
                enough.append(fitting)
    if not enough:
        return "–"
    return " or ".join(", ".join(name for name in FITS if name in fitting) or "always" for fitting in enough)


@dataclass(frozen=True)
class Arrow:
    """A step in a diagram."""

    before: str
    after: str
    by: str


@dataclass(frozen=True)
class Entry:
    """A line in a table of events."""

    event: str
    permission: Permission
    sides: Sequence[Side]
    before: Sequence[str]
    after: Sequence[str]
    besides: str = ""


def _something(fitting: set[str]) -> SimpleNamespace:
    facts: dict[str, object] = {}
    for name, (fits, fits_not) in FITS.items():
        facts |= fits if name in fitting else fits_not
    return SimpleNamespace(**facts)


def _way_in_words(way: Sequence[Condition]) -> str:
    return " **and** ".join(_condition_in_words(condition) for condition in way)


def _condition_in_words(condition: Condition) -> str:
    said = (condition.__doc__ or "").strip().removesuffix(".")
    if not said:
        raise ValueError(f"The condition {condition.__name__} does not say what it asks.")
    return said[0].lower() + said[1:]


def _in_words(role: Role) -> str:
    return role.value.replace("_", " ")


def _ask_rows() -> Iterator[Entry]:
    for kind in AskEventKind:
        answers = asks.AFTER_ANSWERS.get(kind)
        yield Entry(
            event=kind,
            permission=asks.PERMISSIONS[kind],
            sides=sorted(asks.ON_BEHALF_OF[kind]),
            before=[state for state in AskState if state in asks.TRANSITIONS[kind]],
            after=_after_ask(kind),
            besides=f"when answered: after {_or(sorted(answers))}" if answers else "",
        )


def _ask_arrows() -> Iterator[Arrow]:
    for kind in AskEventKind:
        before: list[str] = [state for state in AskState if state in asks.TRANSITIONS[kind]]
        for state in before or ["[*]"]:
            for following in _after_ask(kind):
                yield Arrow(state, following, kind)
    for waits in AskState:
        later = asks.state_on(waits, DUE, DUE + timedelta(days=1))
        if later is not waits:
            yield Arrow(waits, later, "the day passes")


def _after_ask(kind: AskEventKind) -> list[str]:
    """Return the states that it leads to: once an answer is struck through, it waits again as it did before."""
    return [asks.LEADS_TO[kind]] if kind in asks.LEADS_TO else [state for state in AskState if state in asks.WAITING]


DUE = date(2026, 6, 1)
"""A due day to try things on."""


@dataclass
class Tried:
    """An event of the ledger, as the fold reads it."""

    kind: CommitmentEventKind
    happened_on: date = DUE
    due_on: date | None = DUE
    residents_agreed: bool | None = None
    kept: int | None = None
    partly: int | None = None
    not_kept: int | None = None
    visibility: Visibility | None = None

    @property
    def entered_on(self) -> date:
        """Entered on the day on which it happened."""
        return self.happened_on


BESIDES: dict[CommitmentEventKind, str] = {
    CommitmentEventKind.CONFIRMED: "when it is not confirmed yet, or is contested",
    CommitmentEventKind.CONTESTED: "when it is not contested yet",
    CommitmentEventKind.CLAIMED: "when judged: only if nobody claimed it before and too few judged the silence",
    CommitmentEventKind.JUDGED: "while the window is open: after the claim, or after the due day passed without one",
    CommitmentEventKind.WINDOW_CLOSED: "while the window is open, once the fewest voters of a verdict have judged",
    CommitmentEventKind.REOPENED: "after the verdict partly or not_kept; with a new day",
    CommitmentEventKind.WITHDRAWN: "until its day; after that residents say what came of it",
}
"""In words, what `standing.CONDITIONS` asks beside the state."""


def _ledger_rows() -> Iterator[Entry]:
    recorded = ledger.standing([Tried(CommitmentEventKind.RECORDED)], DUE, ledger.VerdictRules())
    yield Entry(
        CommitmentEventKind.RECORDED,
        Permission.RECORD_COMMITMENT,
        [Side.TEAM],
        [],
        [recorded.state],
        "after an ask was answered with " + _or(sorted(asks.PROMISING)),
    )
    if BESIDES.keys() != ledger.CONDITIONS.keys():
        raise ValueError("The conditions of the ledger and their words differ.")
    for kind, (permission, side) in DEEDS.items():
        before = [state for state in CommitmentState if state in ledger.TRANSITIONS[kind]]
        after = dict.fromkeys(_after(state, kind) for state in before)
        stays = all(_after(state, kind) is state for state in before)
        leads = ["stays as it is"] if stays else list(after)
        yield Entry(kind, permission, [side], before, leads, BESIDES.get(kind, ""))


def _ledger_arrows() -> Iterator[Arrow]:
    rules = ledger.VerdictRules()
    recorded = ledger.standing([Tried(CommitmentEventKind.RECORDED)], DUE, rules)
    yield Arrow("[*]", recorded.state, CommitmentEventKind.RECORDED)
    for kind in DEEDS:
        for state in CommitmentState:
            if state in ledger.TRANSITIONS[kind] and _after(state, kind) is not state:
                yield Arrow(state, _after(state, kind), kind)
    for state in CommitmentState:
        later = ledger.pass_time(_stands_in(state), date.max, rules).state
        if later is not state:
            yield Arrow(state, later, "the window passes")


def _handover_arrows() -> Iterator[Arrow]:
    yield Arrow("[*]", HandoverState.PROPOSED, "propose")
    for deed, step in handovers.STEPS.items():
        for state in HandoverState:
            if state in step.before:
                yield Arrow(state, step.after, deed)


def _handover_table() -> list[str]:
    if not handovers.BESIDES.keys() <= handovers.STEPS.keys():
        raise ValueError("The deeds of a handover and their words differ.")
    return [
        "| deed | done by | from | leads to | besides |",
        "| --- | --- | --- | --- | --- |",
        f"| `propose` | {_who(Permission.PROPOSE_HANDOVER)} | the beginning | `{HandoverState.PROPOSED}` | – |",
        *(
            f"| `{deed}` | {_who(step.permission)} | {_listed([one for one in HandoverState if one in step.before])} "
            f"| `{step.after}` | {handovers.BESIDES.get(deed, '–')} |"
            for deed, step in handovers.STEPS.items()
        ),
    ]


def _referral_arrows() -> Iterator[Arrow]:
    yield Arrow("[*]", ReferralState.DRAFT, ReferralSide.REFERRER)
    yield Arrow("[*]", ReferralState.REQUESTED, ReferralSide.REFERRER)
    for after, entry in ENTRIES.items():
        if after is not ReferralState.ENTERED_IN_ERROR:
            for before in ReferralState:
                if before in entry.after and before is not after:
                    yield Arrow(before, after, _or([side for side in ReferralSide if side in entry.by]))


def _referral_table() -> list[str]:
    lines = ["| state | set by | after | deed | reasons, outcomes, and what else goes with it |", "| --- " * 5 + "|"]
    for state, entry in ENTRIES.items():
        deeds = [deed.value for deed in ReferralDeed if state in DEEDS_OF_REFERRALS[deed].to]
        besides = [
            *(f"`{reason}`" for reason in ReferralReason if reason in entry.reasons),
            *(f"`{outcome}`" for outcome in ReferralOutcome if outcome in entry.outcomes),
            *(["the day on which it is looked at again"] if entry.needs_review_day else []),
            *(["by itself, when somebody of that side opened it"] if entry.by_itself else []),
        ]
        lines.append(
            f"| `{state}` | {_or([side for side in ReferralSide if side in entry.by])} "
            f"| {_listed([one for one in ReferralState if one in entry.after]) or 'the beginning'} "
            f"| {_listed(deeds) or '–'} | {', '.join(besides) or '–'} |"
        )
    return lines


def _after(state: CommitmentState, kind: CommitmentEventKind) -> CommitmentState:
    """Return the state after an event, by letting the fold do it."""
    return ledger.CHANGES[kind](_stands_in(state), Tried(kind), ledger.VerdictRules()).state


def _stands_in(state: CommitmentState) -> ledger.Standing:
    over = state in (CommitmentState.JUDGED, CommitmentState.WITHDRAWN)
    return ledger.Standing(
        state,
        DUE,
        DUE,
        window_until=None if over else DUE + ledger.VerdictRules().window,
        outcome=Verdict.PARTLY if state is CommitmentState.JUDGED else None,
    )


def _diagram(arrows: Iterator[Arrow]) -> list[str]:
    """Draw a state diagram; steps between the same two states share one arrow."""
    together: dict[tuple[str, str], list[str]] = {}
    for arrow in arrows:
        together.setdefault((arrow.before, arrow.after), []).append(arrow.by)
    drawn = [f"    {before} --> {after}: {', '.join(by)}" for (before, after), by in together.items()]
    return ["```mermaid", "stateDiagram-v2", *drawn, "```"]


def _table(entries: Iterator[Entry]) -> list[str]:
    return [
        "| event | entered by | on behalf of | from | leads to | besides |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| `{entry.event}` | {_who(entry.permission)} | {_or(entry.sides)} "
            f"| {_listed(entry.before) or 'the beginning'} | {_listed(entry.after)} | {entry.besides or '–'} |"
            for entry in entries
        ),
    ]


def _who(permission: Permission) -> str:
    reaches = {role: reach(role, permission) for role in Role}
    return ", ".join(f"{_in_words(role)} ({far})" for role, far in reaches.items() if far != "–")


def _listed(states: Sequence[str]) -> str:
    return ", ".join(state if " " in state else f"`{state}`" for state in states)


def _or(names: Sequence[str]) -> str:
    return " or ".join(names)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
