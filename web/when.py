"""A day and a time of the Netherlands, as a browser sends them, and the moment that is meant."""

from datetime import datetime

from starlette.datastructures import FormData

from bsa import clock


def moment_in(sent: FormData, name: str = "starts_at") -> str:
    """Return the moment in a field with its zone; what is no day and time is returned as it was typed."""
    typed = str(sent.get(name, "")).strip()
    try:
        meant = datetime.fromisoformat(typed)
    except ValueError:
        return typed or "-"
    return (meant if meant.tzinfo else meant.replace(tzinfo=clock.HERE)).isoformat()


def as_typed(moment: datetime) -> str:
    """Return a moment as the field for a day and a time holds it."""
    return moment.astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M")


def next_hour() -> str:
    """Return the next whole hour, for a field that nobody filled in yet."""
    return as_typed(clock.now())[:11] + f"{min(clock.now().astimezone(clock.HERE).hour + 1, 23):02}:00"
