"""The top of the house: settings, database, the API, and the pages above it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create_api
from api.bodies import LARGEST_BODY
from api.oauth import create_oauth, well_known
from bsa.database import Database
from bsa.search.keeper import Keeper
from bsa.settings import Settings
from bsa.traces import trace_log_lines
from web import (
    accounts,
    activation,
    agreements,
    api_document,
    appointments,
    areas,
    asks,
    clients,
    closings,
    commitments,
    compass,
    consultation,
    contacts,
    day,
    evidence,
    forums,
    goals,
    groups,
    health,
    initiative_pages,
    initiatives,
    institutions,
    learning,
    lifecycle,
    lifeworld,
    meetings,
    needs,
    neighbourhoods,
    network,
    on_the_way,
    outreach,
    place_pages,
    portal,
    practice,
    problems,
    public,
    referrals,
    reminders,
    residents,
    scales,
    search,
    sessions,
    shares,
    slips,
    statistics,
    subscriptions,
    suggestions,
    tasks,
    texts,
    themes,
    trust,
    voices,
)
from web.errors import answer_with_pages
from web.pages import STATIC, static_version
from web.security import Guard

ROUTERS = (
    health.router,
    sessions.router,
    sessions.language,
    sessions.password,
    texts.router,
    problems.router,
    api_document.router,
    neighbourhoods.home,
    neighbourhoods.router,
    themes.router,
    suggestions.router,
    suggestions.introductions,
    initiatives.router,
    initiative_pages.router,
    initiative_pages.public,
    tasks.router,
    tasks.budget,
    tasks.aims,
    groups.router,
    consultation.router,
    institutions.router,
    portal.router,
    referrals.router,
    referrals.of_need,
    place_pages.router,
    place_pages.logbook_lines,
    place_pages.features_there,
    place_pages.photos_taken,
    place_pages.maps,
    # Before the pages of one area: `map` is no key.
    place_pages.drawing,
    areas.router,
    asks.router,
    commitments.router,
    activation.router,
    forums.router,
    forums.calendars,
    meetings.escalations,
    meetings.router,
    meetings.public,
    agreements.router,
    evidence.router,
    evidence.of_commitment,
    evidence.to_commitment,
    day.router,
    reminders.router,
    outreach.router,
    on_the_way.router,
    on_the_way.device,
    residents.router,
    lifecycle.router,
    contacts.router,
    contacts.promises,
    lifeworld.router,
    needs.router,
    search.router,
    trust.router,
    trust.signals,
    trust.handovers,
    appointments.router,
    appointments.calendar,
    network.router,
    goals.router,
    scales.router,
    scales.scores,
    compass.router,
    shares.router,
    learning.router,
    practice.router,
    accounts.router,
    clients.router,
    subscriptions.router,
    subscriptions.deliveries,
    public.router,
    slips.router,
    slips.rounds,
    slips.judge,
    voices.router,
    voices.public,
    voices.answers,
    statistics.router,
    closings.router,
    closings.tasks,
    closings.profile,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the whole application: pages, with the API mounted at /api/v1. Without settings: from the environment."""
    return build(Database(settings or Settings()), searching=True)


def build(database: Database, *, searching: bool = False) -> FastAPI:
    """Make the whole application over a database; refuse to start on one that is not fit.

    `searching`: keep an index to search in, from the moment at which the application begins to answer.
    """
    database.check()
    trace_log_lines()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        keeper = Keeper(database) if searching else None
        if keeper:
            keeper.start()
        yield
        if keeper:
            await run_in_threadpool(keeper.stop)
        database.close()

    app = FastAPI(
        title="BSA",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=LARGEST_BODY,
    )
    app.state.database = database
    answer_with_pages(app)
    app.router.routes.append(WholeMount("/api/v1", create_api(database)))
    app.mount("/oauth", create_oauth(database))
    app.router.routes.extend(well_known())
    app.mount(f"/static/{static_version()}", GZipMiddleware(KeptForEver(directory=STATIC)))
    for pages in ROUTERS:
        app.include_router(pages)
    # Around everything, so that also an answer to an unforeseen error is guarded.
    app.middleware_stack = Guard(app.build_middleware_stack())
    return app


class WholeMount(Mount):
    """Gives on every address that begins so, also one with the end of a line in it."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


class KeptForEver(StaticFiles):
    """Static files under an address with their digest: a browser may keep them for ever."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file."""

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message["headers"] = [
                    *message["headers"],
                    (b"cache-control", b"public, max-age=31536000, immutable"),
                ]
            await send(message)

        await super().__call__(scope, receive, send_kept)
