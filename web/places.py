"""The places of the menu, by role; on a phone the first four stand in the bar at the bottom."""

from collections.abc import Mapping
from dataclasses import dataclass

from bsa.errors import N_
from bsa.permissions import Permission, allows
from web.guests import Guest
from web.languages import translations


@dataclass(frozen=True)
class Place:
    """One entry of the menu."""

    group: str
    label: str
    href: str
    icon: str
    current: bool
    whole: bool
    """Tells that the page needs a whole new window: it is also there without a connection."""


MENU: dict[str, list[tuple[str, str, str, Permission]]] = {
    "": [
        ("portal.show", N_("For you"), "bell", Permission.SEE_PORTAL),
        ("neighbourhoods.index", N_("Neighbourhood"), "home", Permission.SEE_THEMES),
        ("day.show", N_("My day"), "day", Permission.SEE_OWN_DAY),
        ("commitments.index", N_("Commitments"), "promise", Permission.SEE_COMMITMENTS),
        ("residents.index", N_("Residents"), "people", Permission.SEE_RESIDENTS),
        ("referrals.index", N_("Referrals"), "letter", Permission.SEE_REFERRALS),
    ],
    N_("Being there"): [
        ("on_the_way.show", N_("On the way"), "way", Permission.NOTE_CONTACT),
        ("rounds.index", N_("On the street"), "contact", Permission.SEE_ROUNDS),
        ("appointments.index", N_("Appointments"), "calendar", Permission.SEE_APPOINTMENTS),
        ("signals.index", N_("Signals"), "bell", Permission.RECORD_SIGNAL),
        ("handovers.index", N_("Handovers"), "handover", Permission.SEE_HANDOVERS),
    ],
    N_("Together"): [
        ("themes.index", N_("Theme board"), "theme", Permission.SEE_THEMES),
        ("initiatives.index", N_("Initiatives"), "initiative", Permission.SEE_INITIATIVES),
        ("groups.index", N_("Groups"), "people", Permission.SEE_GROUPS),
        ("places.whole_map", N_("Map"), "way", Permission.SEE_MAP),
        ("activation.index", N_("Both sides"), "scale", Permission.SEE_DOUBLE_ACTIVATION),
    ],
    N_("With institutions"): [
        ("asks.index", N_("Asks"), "ask", Permission.SEE_ASKS),
        ("forums.index", N_("Consultation"), "talk", Permission.SEE_FORUMS),
        ("tracks.index", N_("Legal terms"), "scale", Permission.SEE_TRACKS),
        ("agreements.index", N_("Agreements"), "note", Permission.SEE_AGREEMENTS),
        ("institutions.index", N_("Institutions"), "institution", Permission.SEE_INSTITUTIONS),
        ("voices.index", N_("Reactions"), "quote", Permission.SEE_VOICES),
        ("subscriptions.index", N_("Subscriptions"), "ask", Permission.SEE_SUBSCRIPTIONS),
        ("clients.index", N_("Systems"), "lock", Permission.MANAGE_CLIENTS),
    ],
    N_("Figures"): [
        ("statistics.index", N_("Figures"), "chart", Permission.SEE_DOUBLE_ACTIVATION),
        ("closings.index", N_("Close quarter"), "check", Permission.SEE_CLOSING),
        ("societal_tasks.index_tasks", N_("Agreed tasks"), "note", Permission.SEE_AGREED_TASKS),
        ("profile.show_choice", N_("Protection"), "lock", Permission.SEE_CLOSING),
    ],
    N_("The installation"): [
        ("accounts.index", N_("Accounts"), "account", Permission.SEE_ACCOUNTS),
        ("areas.index", N_("Areas"), "tag", Permission.RECORD_AREA),
        ("scales.index", N_("Scales"), "scale", Permission.MANAGE_SCALES),
    ],
}
"""The places in groups; those of the first group need no heading."""

WHOLE = {"on_the_way.show"}


def places_for(guest: Guest, path: str, paths: Mapping[str, str]) -> list[Place]:
    """Return the places that this visitor may go to."""
    if guest.actor is None:
        return []
    say = translations(guest.language).gettext
    return [
        Place(
            say(group) if group else "",
            say(label),
            paths[name],
            icon,
            path == paths[name] or path.startswith(paths[name] + "/"),
            name in WHOLE,
        )
        for group, places in MENU.items()
        for name, label, icon, permission in places
        if allows(guest.actor, permission) and name in paths
    ]
