"""What each kind of group may, and what it owes: in one table, each line with the law that says so.

Only tenants have these rights, before their landlord: every housing corporation, and others with 25 homes or more.
The words stand on the pages; a group of another kind may ask anything, and nobody has to answer by law.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bsa.groups.models import GroupKind


class GroupRight(StrEnum):
    """One thing that a group may, or that it owes those for whom it speaks."""

    INFORMATION = "information"
    YEARLY_CONSULTATION = "yearly_consultation"
    AGENDA = "agenda"
    ADVICE = "advice"
    REASONS = "reasons"
    EXECUTION = "execution"
    INFORMS_TENANTS = "informs_tenants"
    ACCOUNTS_YEARLY = "accounts_yearly"
    OWN_REGULATION = "own_regulation"


WOHV = "Wet op het overleg huurders verhuurder"
WOHV_5 = f"{WOHV}, artikel 5"
REGULATION = "Erkenningsregeling van de gemeente"

SOURCES: Mapping[GroupRight, str] = {
    GroupRight.INFORMATION: WOHV,
    GroupRight.YEARLY_CONSULTATION: WOHV,
    GroupRight.AGENDA: WOHV,
    GroupRight.ADVICE: f"{WOHV_5} lid 1",
    GroupRight.REASONS: f"{WOHV_5} lid 2",
    GroupRight.EXECUTION: f"{WOHV_5} lid 3",
    GroupRight.INFORMS_TENANTS: WOHV,
    GroupRight.ACCOUNTS_YEARLY: WOHV,
    GroupRight.OWN_REGULATION: REGULATION,
}
"""Where it stands, in the language of the law."""

_OF_TENANTS = (
    GroupRight.INFORMATION,
    GroupRight.YEARLY_CONSULTATION,
    GroupRight.AGENDA,
    GroupRight.ADVICE,
    GroupRight.REASONS,
    GroupRight.EXECUTION,
)

RIGHTS: Mapping[GroupKind, Sequence[GroupRight]] = {
    GroupKind.RESIDENTS_GROUP: (),
    GroupKind.TENANTS_COMMITTEE: _OF_TENANTS,
    GroupKind.TENANTS_ORGANISATION: _OF_TENANTS,
    GroupKind.CONSULTATION_PARTNER: (GroupRight.OWN_REGULATION,),
}
"""What each kind may."""

DUTIES: Mapping[GroupKind, Sequence[GroupRight]] = {
    GroupKind.RESIDENTS_GROUP: (),
    GroupKind.TENANTS_COMMITTEE: (GroupRight.INFORMS_TENANTS, GroupRight.ACCOUNTS_YEARLY),
    GroupKind.TENANTS_ORGANISATION: (GroupRight.INFORMS_TENANTS, GroupRight.ACCOUNTS_YEARLY),
    GroupKind.CONSULTATION_PARTNER: (),
}
"""What each kind owes those for whom it speaks."""

RECOGNISED: frozenset[GroupKind] = frozenset(GroupKind) - {GroupKind.RESIDENTS_GROUP}
"""The kinds that somebody recognises; until then they are being set up."""
