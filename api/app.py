"""The API as an application of its own: its identity, its errors and its headers are not those of the pages."""

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import Match
from starlette.types import Scope

from api import (
    accounts,
    activation,
    agreements,
    appointments,
    areas,
    asks,
    clients,
    closings,
    commitments,
    compass,
    consultation,
    contacts,
    evidence,
    forums,
    goals,
    groups,
    initiatives,
    institutions,
    learning,
    lifeworld,
    meetings,
    needs,
    network,
    outreach,
    places,
    portal,
    practice,
    promises,
    referrals,
    reminders,
    residents,
    scales,
    search,
    shares,
    slips,
    statistics,
    subscriptions,
    suggestions,
    tasks,
    themes,
    track_records,
    trust,
    voices,
)
from api.bodies import LARGEST_BODY
from api.described import DESCRIPTION
from api.document import document_of, offer_document
from api.envelope import VERSION, Envelope
from api.errors import answer_with_problems
from api.negotiation import agree_on_types
from bsa.database import Database


def create_api(database: Database) -> FastAPI:
    """Make the API over an installation's database."""
    settings = database.settings
    api = FastAPI(
        title="BSA",
        version=VERSION,
        description=DESCRIPTION,
        contact={
            "name": settings.contact_name,
            "url": str(settings.contact_url),
            "email": settings.contact_email,
        },
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": f"{str(settings.base_url).rstrip('/')}/api/v1"}],
        root_path_in_servers=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=LARGEST_BODY,
        dependencies=[Depends(agree_on_types)],
    )
    api.state.database = database
    answer_with_problems(api)
    for feature in ROUTERS:
        api.include_router(Feature(feature))
    api.openapi = lambda: document_of(api)  # type: ignore[method-assign]
    offer_document(api)
    # Around everything, so that also the answer to an unforeseen error carries them.
    api.middleware_stack = Envelope(api.build_middleware_stack(), api, settings.requests_a_minute)
    return api


ROUTERS = (
    # Those that are asked most stand first: each that stands before is asked whether it is meant.
    commitments.router,
    residents.router,
    contacts.router,
    contacts.of_resident,
    needs.router,
    needs.of_resident,
    needs.sheet,
    promises.router,
    promises.of_resident,
    promises.day,
    areas.router,
    places.of_area,
    places.logbook,
    places.features,
    places.photos,
    places.outlines,
    accounts.router,
    accounts.colleagues,
    accounts.own,
    institutions.router,
    portal.router,
    track_records.of_institution,
    lifeworld.of_resident,
    lifeworld.sketch,
    lifeworld.assets,
    outreach.router,
    outreach.no_rings,
    outreach.of_area,
    themes.router,
    themes.board,
    suggestions.router,
    suggestions.introductions,
    suggestions.of_theme,
    initiatives.router,
    initiatives.page,
    initiatives.public,
    groups.router,
    tasks.of_initiative,
    tasks.router,
    tasks.budget,
    tasks.lines_of_initiative,
    tasks.lines,
    tasks.aims,
    asks.router,
    commitments.public,
    forums.router,
    meetings.router,
    meetings.of_commitment,
    meetings.public,
    meetings.public_minutes,
    agreements.router,
    consultation.router,
    evidence.router,
    evidence.files,
    evidence.of_commitment,
    evidence.to_commitment,
    trust.relationships,
    trust.signals,
    trust.signals_of_resident,
    trust.handovers,
    trust.handovers_of_resident,
    appointments.router,
    appointments.calendar,
    search.router,
    network.router,
    network.of_resident,
    goals.router,
    goals.of_resident,
    scales.router,
    scales.scores,
    scales.of_resident,
    compass.of_area,
    activation.of_area,
    compass.of_resident,
    shares.router,
    shares.of_resident,
    learning.router,
    learning.of_initiative,
    learning.of_area,
    learning.of_resident,
    referrals.router,
    referrals.of_institution,
    referrals.of_need,
    referrals.of_resident,
    reminders.router,
    practice.router,
    practice.of_resident,
    practice.orders,
    practice.of_initiative,
    slips.router,
    slips.of_commitment,
    slips.public,
    voices.router,
    voices.public,
    statistics.router,
    subscriptions.router,
    subscriptions.deliveries,
    clients.router,
    closings.tasks,
    closings.previews,
    closings.router,
    closings.profile,
)


class Feature(APIRouter):
    """The routes of one feature, asked only when the path begins as theirs do.

    FastAPI asks each route in turn: measured with a hundred routes, that was half of the time around an operation.
    """

    def __init__(self, routes: APIRouter) -> None:
        super().__init__()
        self._beginning = routes.prefix.partition("{")[0]
        self.include_router(routes)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether one of the routes answers."""
        if not scope["path"].removeprefix(scope.get("root_path", "")).startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)
