"""Which piece of work a line in a log belongs to (W3C Trace Context): one trace for each request, job and message.

A partner that sends a `traceparent` keeps its trace through us; whoever sends none, or one that is not right, gets a
new one. A trace says nothing of who asks or what for.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from secrets import token_hex
from uuid import UUID

TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
NO_TRACE, NO_SPAN = "0" * 32, "0" * 16


@dataclass(frozen=True, slots=True)
class Trace:
    """One piece of work: the trace it is part of, and its own span in it."""

    id: str
    span: str
    sampled: bool = False

    @property
    def parent(self) -> str:
        """Say it as a `traceparent`, for whoever works on for us."""
        return f"00-{self.id}-{self.span}-{'01' if self.sampled else '00'}"

    @property
    def urn(self) -> str:
        """Say which trace it is, as the name of one occurrence."""
        return UUID(self.id).urn


_present: ContextVar[Trace | None] = ContextVar("trace", default=None)


def begin_trace(traceparent: str | None = None) -> Trace:
    """Begin a piece of work: in the trace that came with it, or in a new one."""
    trace = _read(traceparent) if traceparent else None
    if trace is None:
        trace = Trace(token_hex(16), token_hex(8))
    _present.set(trace)
    return trace


@contextmanager
def traced() -> Iterator[Trace]:
    """Do a piece of work that nobody asked for in a trace of its own: a job, a delivery."""
    before = _present.get()
    try:
        yield begin_trace()
    finally:
        _present.set(before)


def present_trace() -> Trace | None:
    """Return the piece of work that is going on, if any was begun."""
    return _present.get()


def trace_log_lines() -> None:
    """Let every line of the log know its trace, as `%(trace)s`."""
    make = logging.getLogRecordFactory()
    if getattr(make, "knows_traces", False):
        return

    def make_with_trace(*arguments: object, **options: object) -> logging.LogRecord:
        record = make(*arguments, **options)
        trace = _present.get()
        record.trace = trace.id if trace else "-"
        return record

    make_with_trace.knows_traces = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_with_trace)


def _read(traceparent: str) -> Trace | None:
    match = TRACEPARENT.fullmatch(traceparent.strip())
    if match is None:
        return None
    version, trace, span, flags, more = match.groups()
    if version == "ff" or trace == NO_TRACE or span == NO_SPAN or (version == "00" and more):
        return None
    return Trace(trace, token_hex(8), sampled=bool(int(flags, 16) & 1))
