"""Taking a file from outside: as large as one may be and no larger, from somebody who is known, opened before anything.

What is sent is read on the event loop, part by part; what is too large of a file is let go, so that the words beside it
are not lost. Then the file is made anew (`bsa.evidence.files`), before a session that writes is opened: whoever waits
for the one writer does not wait for a photo.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from api.answers import AnsweringRoute
from api.threads import OneThread
from bsa.errors import Invalid
from bsa.evidence.files import LARGEST_FILE, NO_FILE, TOO_LARGE, CleanFile, clean, refused

Operation = TypeVar("Operation", bound=Callable[..., Any])

MULTIPART = "multipart/form-data"
AROUND_IT = 64 * 1024
"""What may be sent beside the file: its words, and how it is wrapped."""
LARGEST_UPLOAD = 64 * 1024 * 1024
"""As much is taken in to be able to say that the file is too large, in the form it came from; the file is let go."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a file that was sent: the file, made anew, or why it was refused; neither when there was none."""

    file: CleanFile | None = None
    refusal: Invalid | None = None

    def taken(self) -> CleanFile:
        """Return the file, or refuse what was sent."""
        if self.refusal is not None:
            raise self.refusal
        if self.file is None:
            raise refused("missing", NO_FILE)
        return self.file


def takes_file(operation: Operation) -> Operation:
    """Declare that an operation is sent a file with its fields, and no JSON."""
    operation.takes = MULTIPART  # type: ignore[attr-defined]
    return operation


class _Receiving(OneThread):
    """Reads a form with a file in it, holding no more of the file than may be kept."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, after which the file is let go."""
        handle = super().get_route_handler()

        async def handle_and_close(request: Request) -> Response:
            try:
                return await handle(request)
            finally:
                for sent in (form_of(request) or FormData()).values():
                    if isinstance(sent, UploadFile):
                        sent.file.close()

        return handle_and_close

    async def receive(self, request: Request) -> None:
        """Read the fields and the file; a form without files is a small one. Of nobody, nothing is read."""
        if "authorization" not in request.headers and not request.cookies:
            request.state.form = FormData()
            return
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != MULTIPART:
            if int(request.headers.get("content-length") or 0) > AROUND_IT or "transfer-encoding" in request.headers:
                raise HTTPException(413)
            await super().receive(request)
            return
        try:
            request.state.form = await _Parser(request.headers, request.stream(), max_files=1, max_fields=50).parse()
        except MultiPartException as error:
            raise HTTPException(400, "This form cannot be read.") from error


class UploadRoute(_Receiving, AnsweringRoute):
    """A route of the API that takes a file."""


class UploadPage(_Receiving):
    """A page that takes a file."""


class _Parser(MultiPartParser):
    """Keeps a file in memory up to its limit, and lets go of the rest."""

    spool_max_size = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Take in a piece, unless there is too much already."""
        file = self._current_part.file
        if file is not None and (file.size or 0) + self._waiting() > LARGEST_FILE:
            return
        super().on_part_data(data, start, end)

    def _waiting(self) -> int:
        return sum(len(data) for _, data in self._file_parts_to_write)


def form_of(request: Request) -> FormData | None:
    """Return the form that was read with a file in it, if one was."""
    form: FormData | None = getattr(request.state, "form", None)
    return form


def file_in(request: Request, name: str = "file") -> Sent:
    """Return the file that was sent under a name, made anew, or why it is refused."""
    form = form_of(request)
    sent = form.get(name) if form is not None else None
    if not isinstance(sent, UploadFile) or not sent.filename:
        return Sent()
    content = sent.file.read()
    try:
        if len(content) > LARGEST_FILE:
            raise refused("too_large", TOO_LARGE)
        return Sent(file=clean(content))
    except Invalid as refusal:
        return Sent(refusal=refusal)
