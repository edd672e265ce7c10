"""My day: what I promised, whom I saw, what is late; for a team leader numbers only."""

from fastapi import Request, Response

from api.appointments import list_appointments
from api.commitments import list_commitments
from api.dependencies import Reading, needs
from api.promises import count_broken_promises, show_day
from api.referrals import list_referrals
from api.residents import list_residents
from api.trust import count_lonely_residents, list_signals
from bsa import clock
from bsa.appointments.shapes import AppointmentQuery
from bsa.commitments.shapes import CommitmentQuery
from bsa.permissions import Permission, Role, allows
from bsa.referrals.shapes import ReferralQuery
from bsa.residents.shapes import ResidentQuery
from bsa.trust.shapes import SignalQuery
from web.dependencies import Visitor
from web.forms import blank
from web.guests import guest_of
from web.pages import Pages, draw
from web.reminders import for_the_day

router = Pages("day", prefix="/day")


@router.get("")
@needs(Permission.SEE_OWN_DAY)
def show(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the day: for an activator the own promises and residents, for a team leader counts."""
    active = visitor.has(Role.ACTIVATOR)
    leads = allows(visitor, Permission.SEE_PROMISE_COUNTS)
    day = show_day(session, visitor)
    return draw(
        request,
        "day/show.html",
        active=active,
        leads=leads,
        contacts=day.contacts,
        still_exploring=day.still_exploring,
        due=[promise for promise in day.promises if promise.due_on <= clock.today()],
        later=[promise for promise in day.promises if promise.due_on > clock.today()],
        own=list_residents(session, visitor, ResidentQuery(mine=True, limit=6)) if active else None,
        counts=count_broken_promises(session, visitor).items if leads else [],
        late=list_commitments(session, visitor, CommitmentQuery(late=True, limit=5)),
        appointments=list_appointments(session, visitor, _of_today()).items,
        waiting=list_signals(session, visitor, SignalQuery(mine=True, open=True, limit=50)).items if active else [],
        referrals=list_referrals(session, visitor, ReferralQuery(unassigned=True, limit=50)).items,
        lonely=count_lonely_residents(session, visitor).items if leads else [],
        form=blank(guest_of(request), "settle"),
        **for_the_day(request, session, visitor),
    )


def _of_today() -> AppointmentQuery:
    return AppointmentQuery(from_on=clock.today(), until_on=clock.today(), cancelled=False, limit=50)
