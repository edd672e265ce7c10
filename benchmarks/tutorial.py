"""The tutorial server: FastAPI and SQLModel as their own tutorials put them together, over the same rows as plain text.

No rights, no token, no access log, no encryption, one statement an answer, and names written beside the keys so that
nothing is joined. It answers with the same fields as the application, so that the answers are of one size.
"""

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import Engine, Index
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, desc, select


class ResidentPublic(SQLModel):
    id: UUID = Field(primary_key=True)
    version: int
    call_name: str
    level: str
    area_id: UUID
    area_name: str
    worker_name: str
    last_contact_on: date
    mine: bool = False
    restricted: bool = False


class PlainResident(ResidentPublic, table=True):
    __tablename__ = "plain_resident"
    __table_args__ = (Index("ix_plain_resident_last", "last_contact_on", "id"),)

    created_at: datetime
    changed_at: datetime
    household_id: UUID | None = None
    informed_on: date
    informed_how: str
    preferred_language: str | None = None
    reading_comfort: str | None = None
    full_name: str | None = None
    contact_channel: str | None = None
    contact_value: str | None = None
    age_band: str | None = None


class CommitmentPublic(SQLModel):
    id: UUID = Field(primary_key=True)
    version: int
    ask_id: UUID
    initiative_id: UUID
    initiative_title: str
    area_id: UUID
    area_name: str
    institution_id: UUID
    institution_name: str
    promise: str
    residents_words: str
    mandate: str
    visibility: str
    state: str
    outcome: str | None = None
    first_due_on: date
    due_on: date
    claimed_on: date | None = None
    late: bool = False
    moved_count: int
    reopened_count: int


class EventPublic(SQLModel):
    id: UUID = Field(primary_key=True)
    number: int
    kind: str
    happened_on: date
    on_behalf_of: str
    source: str
    words: str | None = None
    due_on: date | None = None
    residents_agreed: bool | None = None
    kept: int | None = None
    partly: int | None = None
    not_kept: int | None = None


class PlainCommitment(CommitmentPublic, table=True):
    __tablename__ = "plain_commitment"
    __table_args__ = (Index("ix_plain_commitment_due", "due_on", "id"),)

    created_at: datetime
    changed_at: datetime
    sign: str
    condition: str | None = None
    events: list["PlainEvent"] = Relationship(sa_relationship_kwargs={"order_by": "PlainEvent.number"})


class PlainEvent(EventPublic, table=True):
    __tablename__ = "plain_event"

    commitment_id: UUID = Field(foreign_key="plain_commitment.id", index=True)


class CommitmentWithEvents(CommitmentPublic):
    created_at: datetime
    changed_at: datetime
    sign: str
    condition: str | None = None
    events: list[EventPublic]


app = FastAPI()
templates = Jinja2Templates(directory=Path(__file__).parent)


def get_session(request: Request) -> Iterator[Session]:
    with Session(request.app.state.engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
Limit = Annotated[int, Query(le=100)]


@app.get("/residents", response_model=list[ResidentPublic])
def read_residents(session: SessionDep, limit: Limit = 50) -> list[PlainResident]:
    query = select(PlainResident).order_by(desc(PlainResident.last_contact_on), desc(PlainResident.id)).limit(limit)
    return list(session.exec(query).all())


@app.get("/commitments", response_model=list[CommitmentPublic])
def read_commitments(session: SessionDep, limit: Limit = 50) -> list[PlainCommitment]:
    return _soonest(session, limit)


@app.get("/commitments/{commitment_id}", response_model=CommitmentWithEvents)
def read_commitment(commitment_id: UUID, session: SessionDep) -> PlainCommitment:
    commitment = session.get(PlainCommitment, commitment_id)
    if not commitment:
        raise HTTPException(status_code=404, detail="Commitment not found")
    return commitment


@app.get("/page", response_class=HTMLResponse)
def read_page(request: Request, session: SessionDep) -> HTMLResponse:
    """A page with the same 50 commitments in a bare table: the nearest thing that a tutorial has to a page of ours."""
    return templates.TemplateResponse(request, "tutorial.html", {"commitments": _soonest(session, 50)})


def _soonest(session: Session, limit: int) -> list[PlainCommitment]:
    query = select(PlainCommitment).order_by(PlainCommitment.due_on, PlainCommitment.id).limit(limit)  # type: ignore[arg-type]
    return list(session.exec(query).all())


def engine_for(url: str) -> Engine:
    """Make the engine as the tutorial does."""
    options = {"check_same_thread": False} if url.startswith("sqlite") else {}
    return create_engine(url, connect_args=options)


def create_app() -> FastAPI:
    """Make the server over the tables at `PLAIN_URL`."""
    app.state.engine = engine_for(os.environ["PLAIN_URL"])
    return app
