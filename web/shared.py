"""Answers that are the same for everybody: a cache between us and the readers may keep them for a moment."""

import hashlib
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request, Response

FOR_ALL = "public, max-age=120"
"""Long enough that a crowd asks a cache and not us; short enough that what is withdrawn is gone when it matters."""


def kept(request: Request, response: Response, modified: datetime | None = None) -> Response:
    """Let caches keep an answer; who has it already hears that nothing changed."""
    body = bytes(response.body)
    response.headers["Cache-Control"] = FOR_ALL
    response.headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if modified is not None:
        response.headers["Last-Modified"] = format_datetime(modified.replace(microsecond=0), usegmt=True)
    if not _has_it(request, response, modified):
        return response
    told = {
        name: response.headers[name]
        for name in ("Cache-Control", "ETag", "Last-Modified", "Vary")
        if name in response.headers
    }
    return Response(status_code=304, headers=told)


def _has_it(request: Request, response: Response, modified: datetime | None) -> bool:
    seen = request.headers.get("if-none-match")
    if seen is not None:
        return response.headers["ETag"] in [tag.strip().removeprefix("W/") for tag in seen.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
