"""The message to who referred, at the end: three lines to put in a file, and no more than the resident agreed to."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from bsa.referrals.models import FeedbackLevel
from bsa.referrals.shapes import FeedbackOut

CALL = {(True, True): "call", (True, False): "call_whom", (False, True): "call_team", (False, False): "call_nobody"}
"""Which line says whom to call: by whether somebody may be named, and whether there is a number."""


def write_message(
    language: str, feedback: FeedbackOut, *, organisation: str, whom: str | None, number: str | None
) -> list[str]:
    """Write the three lines: how it stands, what came of it, and whom to call."""
    words = _words()[language]
    facts = {"organisation": organisation, "whom": whom or "", "number": number or "", "joined": feedback.joined or ""}
    if feedback.feedback is FeedbackLevel.NOTHING:
        lines = [words["received"], words["not_agreed"]]
    else:
        outcome = words["outcome"][feedback.outcome] if feedback.outcome else words["no_outcome"]
        lines = [words["state"][feedback.state], feedback.alternative or outcome]
    # Who took it on is told with how it stands, and to nobody who is told nothing.
    named = whom is not None and feedback.feedback is not FeedbackLevel.NOTHING
    lines.append(words[CALL[named, number is not None]])
    # An alternative is somebody's own text: it is not a pattern.
    return [line if line == feedback.alternative else line.format(**facts) for line in lines]


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "message.toml").read_text(encoding="utf-8"))
