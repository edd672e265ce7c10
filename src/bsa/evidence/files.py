"""Files from outside: opened and made anew in a process of their own, with little time and memory, and without keys."""

import logging
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from bsa.errors import N_, Invalid, OutOfService, invalid
from bsa.evidence import anew

LARGEST_FILE = 10 * 1024 * 1024
SECONDS = 20
"""A little more than the program gives itself."""
AT_ONCE = 2
"""So many files are opened at the same moment; others wait a little, so that pages are answered meanwhile."""
PATIENCE = 10

log = logging.getLogger(__name__)
_turns = BoundedSemaphore(AT_ONCE)

TOO_LARGE = N_("This file is larger than 10 MB. Take a smaller photo, or send fewer pages.")
BUSY = N_("Many files came in at once. Try again in a moment.")
NO_FILE = N_("Choose a photo or a PDF.")
REASONS: dict[str, str] = {
    "kind": N_("This is no photo (JPEG or PNG) and no PDF. Take a photo of it, or save it as a PDF."),
    "archive": N_("An archive (zip) is not taken, also not when it looks like a photo or a PDF."),
    "two_in_one": N_("There is more in this file than a photo. Take the photo anew, or make a picture of the screen."),
    "broken": N_("This file cannot be opened: it is damaged or not complete. Choose another one."),
    "pixels": N_("This picture has too many pixels. Make it smaller first."),
    "pages": N_("This PDF is too long. Send the pages that matter."),
    "locked": N_("This PDF is locked with a password. Save it without one."),
    "active": N_(
        "This PDF does something by itself or has another file in it. Print it to a new PDF, and send that one."
    ),
    "too_heavy": N_("It takes too long to open this file. Choose a simpler one."),
}
"""What is said to whoever sent a file that is refused."""


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A photo or a PDF that was made anew: nothing of what came in is in it but what one sees."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return sha256(self.content).hexdigest()


def clean(content: bytes) -> CleanFile:
    """Make a file anew, or refuse it in words; other requests are answered meanwhile."""
    if not content:
        raise refused("missing", NO_FILE)
    if len(content) > LARGEST_FILE:
        raise refused("too_large", TOO_LARGE)
    if not _turns.acquire(timeout=PATIENCE):
        raise OutOfService(BUSY)
    try:
        answer = _open(content)
    finally:
        _turns.release()
    said, _, made = answer.partition(b"\n")
    word, _, what = said.partition(b" ")
    if word != anew.MADE:
        raise refused(what.decode(), REASONS[what.decode()])
    if len(made) > LARGEST_FILE:
        raise refused("too_large", TOO_LARGE)
    return CleanFile(what.decode(), made)


def refused(code: str, message: str) -> Invalid:
    """Return the refusal of a file."""
    return invalid("file", code, message)


def _open(content: bytes) -> bytes:
    program = [sys.executable, "-I", str(Path(anew.__file__))]
    try:
        ran = subprocess.run(  # noqa: S603 - our own program; what came in is only its input
            program,
            input=content,
            capture_output=True,
            timeout=SECONDS,
            env={},
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        # It ran into a limit, or fell over what it opened. Its words may hold what somebody sent.
        log.warning("A file that came in was not opened: %s.", type(error).__name__)
        return anew.REFUSED + b" too_heavy\n"
    return ran.stdout
