"""What each refusal of the API means, for who writes a program against it: the page behind the `type` of a problem."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import open_to_all
from api.errors import PROBLEMS, QUOTA_EXCEEDED
from bsa.errors import N_, NotFound
from bsa.people.models import Language
from web.dependencies import MaybeVisitor
from web.guests import guest_of
from web.pages import Pages, draw

router = Pages("problems", prefix="/problems")


@dataclass(frozen=True)
class Explained:
    """One problem: what it is called, what happened, how to go on, and an example of wrong and of right."""

    code: str
    status: int
    title: str
    happened: str
    mend: str
    wrong: str
    right: str


EXPLAINED = {
    one.code: one
    for one in (
        Explained(
            "invalid-input",
            400,
            N_("The input is not right"),
            N_("What you sent does not have the form that the API document asks for. Nothing was stored."),
            N_("Look at `errors`: it names all that is wrong at once, with its place as a JSON pointer."),
            'POST /api/v1/themes\n{"title": ""}',
            'POST /api/v1/themes\n{"areaId": "019d…", "title": "Speelplek", "lifeArea": "upbringing"}',
        ),
        Explained(
            "key-missing",
            400,
            N_("The key for sending twice is missing"),
            N_("This must be done once, also when the line breaks off and you send it again."),
            N_("Send `Idempotency-Key` with a key of your own, a new one for each thing, the same when you try again."),
            "POST /api/v1/referrals",
            'POST /api/v1/referrals\nIdempotency-Key: "7f3a0c5e-2b1d-4c68-9a57-3f0e6d1b2a94"',
        ),
        Explained(
            "key-reused",
            422,
            N_("This key was used for something else"),
            N_("Under the same `Idempotency-Key` you sent something else before. Nothing was done."),
            N_("Take a new key for each thing. Send the same key only with exactly the same content."),
            'Idempotency-Key: "1"\n{"subject": "person"}\n\nIdempotency-Key: "1"\n{"subject": "group"}',
            'Idempotency-Key: "1"\n{"subject": "person"}\n\nIdempotency-Key: "2"\n{"subject": "group"}',
        ),
        Explained(
            "not-signed-in",
            401,
            N_("Nobody is known to be asking"),
            N_("There is no token in the request, or it has ended, or it is not one of ours."),
            N_("Send a token that is in force as a bearer token in the header `Authorization`, and nowhere else."),
            "GET /api/v1/referrals?access_token=…",
            "GET /api/v1/referrals\nAuthorization: Bearer …",
        ),
        Explained(
            "not-allowed",
            403,
            N_("Your role does not allow this"),
            N_("You may see this, but not do this with it."),
            N_("Look at `allowedActions` of the thing: it names what you may do with it now. Or ask who may."),
            'PATCH /api/v1/initiatives/019d…\n\n"allowedActions": []',
            'PATCH /api/v1/initiatives/019d…\n\n"allowedActions": ["change_initiative"]',
        ),
        Explained(
            "insufficient-scope",
            403,
            N_("The token does not open this"),
            N_("The token of your machine does not have the scope that this operation asks for."),
            N_("Ask for a token with the scope that `WWW-Authenticate` names, if your registration has it."),
            "grant_type=client_credentials&scope=referrals:read\n\nPOST /api/v1/referrals",
            "grant_type=client_credentials&scope=referrals:write\n\nPOST /api/v1/referrals",
        ),
        Explained(
            "not-found",
            404,
            N_("There is nothing here"),
            N_("There is no such thing, or it is not yours to see: the two look the same."),
            N_("Take addresses from `Location` and `Link` as they are. There is no slash at the end."),
            "GET /api/v1/commitments/",
            "GET /api/v1/commitments",
        ),
        Explained(
            "moved",
            301,
            N_("It moved"),
            N_("This resident was written down twice; everything is under one key now."),
            N_("Follow `Location`, and keep the new key."),
            "GET /api/v1/residents/5d1f…",
            "GET /api/v1/residents/8a40…",
        ),
        Explained(
            "method-not-allowed",
            405,
            N_("This method is not offered here"),
            N_("The address exists, but not with this method."),
            N_("Look at `Allow` in the answer, or ask with OPTIONS."),
            "PUT /api/v1/themes/019d…",
            "PATCH /api/v1/themes/019d…",
        ),
        Explained(
            "not-acceptable",
            406,
            N_("No type that you accept is offered"),
            N_("`Accept` names only types that are not given here."),
            N_("Accept `application/json`, or whatever the document names for this operation."),
            "Accept: application/xml",
            "Accept: application/json",
        ),
        Explained(
            "conflict",
            409,
            N_("It does not fit the present state"),
            N_("The thing is in a state in which this cannot be done; perhaps somebody was before you."),
            N_("Read it again: `state` and `allowedActions` say what can follow."),
            'POST /api/v1/referrals/019d…/acceptance\n\n"state": "withdrawn"',
            'POST /api/v1/referrals/019d…/acceptance\n\n"state": "seen"',
        ),
        Explained(
            "question",
            409,
            N_("Something is asked first"),
            N_("Before this is done there is a question; it stands in `detail`."),
            N_("If you mean it, send the same again with the field that `errors` names set to true."),
            '{"kind": "judged"}',
            '{"kind": "judged", "evenSo": true}',
        ),
        Explained(
            "stale",
            412,
            N_("Somebody changed it after you saw it"),
            N_("The ETag in `If-Match` is not of the present version. Nothing was overwritten."),
            N_("Read it again, look whether your change still fits, and send it with the new ETag."),
            'PATCH /api/v1/themes/019d…\nIf-Match: "2.9f1c2ab04d5e6f70"\n\nETag: "3.41d0…"',
            'PATCH /api/v1/themes/019d…\nIf-Match: "3.41d0a7c25b9e8f16"',
        ),
        Explained(
            "version-missing",
            428,
            N_("The version is missing"),
            N_("A change must say on which version it is based, so that nobody's work is overwritten."),
            N_("Read the thing, and send its `ETag` in `If-Match`."),
            "PATCH /api/v1/themes/019d…",
            'PATCH /api/v1/themes/019d…\nIf-Match: "3.41d0a7c25b9e8f16"',
        ),
        Explained(
            "too-large",
            413,
            N_("This is too large"),
            N_("More was sent than is taken: 1 MiB, and 10 MB where a file is taken."),
            N_("Send less at once; make a photo smaller before you send it."),
            "Content-Length: 52428800",
            "Content-Length: 204800",
        ),
        Explained(
            "unsupported-media-type",
            415,
            N_("This content type is not taken"),
            N_("The body is of another type than this operation takes, or says no type at all."),
            N_("Send JSON and say so in `Content-Type`; `Accept` and `Accept-Patch` in the answer name what is taken."),
            "Content-Type: text/plain",
            "Content-Type: application/json",
        ),
        Explained(
            "too-many-requests",
            429,
            N_("Too many attempts"),
            N_("Something was tried too often in a short time."),
            N_("Wait as many seconds as `Retry-After` says. `RateLimit` tells beforehand how many are left."),
            'RateLimit: "caller";r=0;t=30',
            'RateLimit: "caller";r=420;t=30',
        ),
        Explained(
            "server-error",
            500,
            N_("Something went wrong on our side"),
            N_("Nothing was stored. It is not your request, as far as we know."),
            N_("Try again under the same `Idempotency-Key`. If it stays, tell us the `instance` of the problem."),
            '"instance": "urn:uuid:4bf92f35-77b3-4da6-a3ce-929d0e0e4736"',
            'Idempotency-Key: "7f3a0c5e-2b1d-4c68-9a57-3f0e6d1b2a94"',
        ),
        Explained(
            "out-of-service",
            503,
            N_("Out of service for a moment"),
            N_("A part without which nothing may be shown or stored does not answer. Nothing was stored."),
            N_("Try again in a minute, under the same `Idempotency-Key`."),
            "HTTP/1.1 503 Service Unavailable",
            "HTTP/1.1 201 Created",
        ),
    )
}
"""By the last part of the address; a test holds them against `PROBLEMS`."""

Tongue = Annotated[Language | None, Query(alias="lang")]
"""The language in which somebody wants to read it, whatever the browser says."""


@router.get("")
@open_to_all
def index(request: Request, visitor: MaybeVisitor, language: Tongue = None) -> Response:
    """List every problem that the API answers with."""
    _speak(request, language)
    problems = [EXPLAINED[code] for code in PROBLEMS]
    return draw(request, "problems/index.html", problems=problems, quota_exceeded=QUOTA_EXCEEDED, spoken=language)


@router.get("/{code}")
@open_to_all
def show(request: Request, visitor: MaybeVisitor, code: str, language: Tongue = None) -> Response:
    """Explain one problem."""
    if code not in EXPLAINED:
        raise NotFound
    _speak(request, language)
    return draw(request, "problems/show.html", problem=EXPLAINED[code], spoken=language)


def _speak(request: Request, language: Language | None) -> None:
    if language is not None:
        request.state.guest = replace(guest_of(request), language=language)
