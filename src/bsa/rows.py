"""What all rows share: a key, and for what is changed in place a version."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Enum, MetaData, Select, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import declared_attr
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel

from bsa import clock
from bsa.errors import Stale, invalid
from bsa.keystore import INSTALLATION

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware on both sides, also on SQLite, which keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; store it in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("A moment needs a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return it aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(codes: type[StrEnum], name: str | None = None) -> Enum:
    """Return the column type for a closed list of codes: text, with a check in the database."""
    longest = max(len(code.value) for code in codes)
    return Enum(
        codes,
        native_enum=False,
        create_constraint=True,
        length=max(longest, 8),
        name=name or codes.__name__.lower(),
        values_callable=lambda kind: [code.value for code in kind],
    )


class Row(SQLModel):
    """A row with a time-ordered random key."""

    id: UUID = Field(default_factory=clock.new_id, primary_key=True)
    created_at: datetime = Field(default_factory=clock.now, sa_type=Moment)

    def owner(self) -> UUID:
        """Tell whose key seals this row's personal text: the resident's, or the installation's."""
        resident: UUID | None = getattr(self, "resident_id", None)
        return resident or INSTALLATION


class joined_text(GenericFunction[str]):  # noqa: N801 - SQL functions are written small
    """All values of a column as one text with spaces between, in any order; null when there are none."""

    type = String()
    inherit_cache = True


@compiles(joined_text, "sqlite")
def _joined_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, ' ')"


@compiles(joined_text, "postgresql")
def _joined_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"string_agg(({compiler.process(element.clauses, **options)})::text, ' ')"


Wanted = TypeVar("Wanted", bound=Select[Any])


def locked(session: Session, query: Wanted, kind: type[Row]) -> Wanted:
    """Lock the rows of `kind` that the query finds when the session writes; SQLite has locked its file by then."""
    return query.with_for_update(of=kind) if session.info["writes"] else query


def not_stale(row: "ChangingRow", version: int | None) -> None:
    """Raise `Stale` when the caller saw another version than the present one; None means: whichever is present."""
    if version is not None and version != row.version:
        raise Stale


def not_later(where: str, day: date) -> date:
    """Return the day, or refuse the field `where` when the day is still to come."""
    if day > clock.today():
        raise invalid(where, "in_future", "This day is still to come.")
    return day


class ChangingRow(Row):
    """A row that is changed in place. Its version goes up with each change; a change of an old version is refused."""

    version: int = Field(default=None, nullable=False)
    changed_at: datetime = Field(default_factory=clock.now, sa_type=Moment)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy hands in the class
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]

    def touch(self) -> None:
        """Mark the row changed, also when only what hangs on it changed, so that its version goes up."""
        self.changed_at = clock.now()
        # Also when the clock stands still, and the moment is the same as before.
        flag_modified(self, "changed_at")
