"""How large what is sent may be, and that a refusal of what is larger comes out like every other."""

from starlette.datastructures import Headers
from starlette.types import Scope

LARGEST_BODY = 1024 * 1024


def measured_here(scope: Scope) -> Scope:
    """Let what is too large be found while it is read, and not be believed from what it says of itself beforehand.

    To who says so, the machinery below answers in plain text, in the place of any problem or page of ours.
    """
    said = Headers(scope=scope).get("content-length", "")
    if not said.isdecimal() or int(said) <= LARGEST_BODY:
        return scope
    others = [one for one in scope["headers"] if one[0] != b"content-length"]
    return {**scope, "headers": [*others, (b"transfer-encoding", b"chunked")]}
