"""The bare server: answers from memory, with nothing between the socket and the bytes.

It is given the bytes that our server answered with, so what both send is the same to the byte.
"""

import json
import os
from base64 import b64decode
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

ANSWERS = "BENCH_ANSWERS"
"""Where the file with the answers lies: for each path the headers and the body."""


def create_app() -> ASGIApp:
    """Make the server, with the answers that were put down for it."""
    told = json.loads(Path(os.environ[ANSWERS]).read_text())
    answers = {
        path: ([(name.encode(), value.encode()) for name, value in headers], b64decode(body))
        for path, (headers, body) in told.items()
    }

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers, body = answers[scope["path"]]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer
