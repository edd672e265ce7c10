"""Role × deed: what every operation of the API answers to everybody, written by hand and held against the real answers.

The columns are the cast: the resident's own worker; a colleague in the same area who does not look after the resident;
an activator of another area; the team leader here; a contact of the institution concerned; a contact of another
institution; a policy officer and a privacy officer of the municipality; an administrator. Without a token it is always
401, but for what is open to all.
"""

from dataclasses import dataclass, field
from typing import Any

WHO = ("activator", "colleague", "stranger", "teamleader", "corporation", "rival", "policy", "privacy", "admin")
TODAY = "2026-03-24"
LATER = "2026-06-01"


@dataclass(frozen=True)
class Deed:
    """One operation: how it is called, and the status for each of the cast."""

    method: str
    path: str
    """With `{thing}` for keys; the route is recognised by the path with all things left out."""
    answers: str
    """Nine statuses, in the order of `WHO`."""
    body: Any = None
    version_of: str = ""
    """The thing whose version goes into `If-Match`."""
    open: bool = False
    """Open to all, also without a token."""
    file: bytes = b""
    """What is sent as a file, in a form, in the place of JSON."""
    note: str = field(default="", compare=False)

    def answer_to(self, who: str) -> int:
        """Return the expected status."""
        return int(self.answers.split()[WHO.index(who)])


#                 activator colleague stranger teamleader corporation rival policy privacy admin
ALL = "200 200 200 200 200 200 200 200 200"
ADMIN = "403 403 403 403 403 403 403 403 200"
ADMIN_HIDDEN = "404 404 404 404 404 404 404 404 200"
OWN_RECORD = "200 403 404 404 404 404 404 403 404"
TEAM = "200 200 404 200 404 404 404 404 404"
ROUNDS = "200 200 404 403 404 404 404 404 404"
BOTH = "200 200 404 404 404 404 404 404 404"
REMINDED = "200 200 200 200 403 403 403 403 403"
ASSIGNED = "200 404 404 404 404 404 404 404 404"

OWN_MESSAGES = "404 404 404 404 200 404 404 404 200"
RESEND = "404 404 404 404 403 404 404 404 200"
SUBSCRIBERS = "403 403 403 403 200 200 403 403 400"

REFERRED = "200 200 404 200 200 404 404 404 404"
DECIDED = "201 201 404 403 403 404 404 404 404"
CARRIED = "201 403 404 403 403 404 404 404 404"
SEATED = "200 200 404 200 200 404 404 404 404"
SEATED_LIST = "200 200 200 200 200 200 403 403 403"
HOLD = "200 200 404 200 403 404 404 404 404"
KEPT = "200 200 404 200 403 404 404 403 404"
TRACKED = "200 200 404 200 403 404 404 404 404"
PLANNED = "403 403 403 200 403 403 200 200 403"
CLOSES = "403 403 403 200 403 403 403 403 403"

told_story = {
    "title": "Mijn eigen sleutel",
    "words": "Nu doe ik de deur weer open.",
    "consentedOn": TODAY,
    "consentHow": "spoken",
}
contact = {"happenedOn": TODAY, "place": "doorstep", "purpose": "being_there", "shareableNote": "Zwaaide"}
layer = {
    "words": "Ze luisteren niet",
    "howLearned": "said",
    "confirmed": "yes",
    "lifeArea": "housing",
    "learnedOn": TODAY,
}
agreed = {"givenOn": TODAY, "how": "spoken", "byWhom": "Femke", "scope": ["name", "contact", "question"]}
referral = {
    "externalRef": "HIS-2026-11",
    "referrer": {"name": "Femke Roossien", "role": "praktijkondersteuner", "callback": "0591 12 34 56"},
    "resident": {"callName": "Samira", "contact": {"channel": "phone", "value": "06 12 34 56 78"}},
    "areaCode": "BU0114ZZ01",
    "question": "Ik ken hier niemand",
    "residentKnows": True,
    "consentShare": agreed,
    "feedback": "status_and_outcome",
}
outward = {"institutionId": "{corporation}", "consentShare": agreed}
rerouting = {"reason": "better_elsewhere", "institutionId": "{other_institution}", "consentShare": agreed}
own_share = {"side": "mine", "prompt": "already_doing", "words": "Ik stook alleen beneden", "author": "resident"}
speaking_order = {"meetingOn": LATER, "turns": [{"side": "resident", "who": "Bewoners", "minutes": 5}]}
door = {"areaId": "{here}", "street": "Molenstraat", "number": "14"}
put = {"happenedOn": TODAY, "replyBy": LATER, "source": "mail", "mandate": "policy"}
verdict = {"kept": 3, "partly": 1, "notKept": 0, "happenedOn": TODAY, "witnessIds": ["{geert}", "{ria}"]}
promise = {
    "askId": "{answered}",
    "promise": "Wij plaatsen een modelwoning.",
    "residentsWords": "We kunnen gaan kijken.",
    "sign": "De deur is open.",
    "dueOn": LATER,
    "mandate": "policy",
    "promisedOn": TODAY,
}
meeting = {"forumId": "{forum}", "startsAt": "2026-04-22T19:30:00+02:00", "place": "De Wiek"}
answered = {"agendaItemId": "{asked_item}", "answered": {"answer": "evasive", "words": "Nemen we mee"}}
track = {
    "groupId": "{group}",
    "institutionId": "{corporation}",
    "kind": "renovation",
    "subject": "Nieuwe kozijnen",
    "begunOn": TODAY,
}
outlines = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": "BU0114ZZ02"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[6.9, 52.7], [7.0, 52.7], [7.0, 52.8], [6.9, 52.7]]],
            },
        }
    ],
}
machine = {
    "name": "Praktijksysteem",
    "institutionId": "{corporation}",
    "scopes": ["referrals:read"],
    "keysUrl": "https://partner.example/jwks.json",
}
agreement = {
    "areaId": "{here}",
    "institutionId": "{corporation}",
    "title": "Samen",
    "shares": "Planning en thema’s",
    "ground": "Zonder persoonsgegevens",
    "validFrom": TODAY,
    "validUntil": LATER,
}

A_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6338c0c00000024400c1938c68"
    "220000000049454e44ae426082"
)
"""A picture of one pixel."""

scale = {
    "key": "calm",
    "title": "Rust",
    "source": "Wij",
    "licenceNote": "Van onszelf",
    "kind": "ordinal",
    "levels": [
        {"level": 1, "label": {"nl": "onrustig", "en": "restless"}},
        {"level": 2, "label": {"nl": "rustig", "en": "calm"}},
    ],
}


def made(answers: str) -> str:
    """Return the answers of a deed that makes something: 201 where reading answers 200."""
    return answers.replace("200", "201")


def done(answers: str) -> str:
    """Return the answers of a deed that leaves nothing to say: 204."""
    return answers.replace("200", "204")


DEEDS: list[Deed] = [
    # Areas
    Deed("GET", "/areas", ALL),
    Deed("GET", "/areas/{here}", ALL),
    Deed("POST", "/areas", made(ADMIN), {"level": "complex", "name": "Molenstraat", "parentId": "{here}"}),
    Deed("PATCH", "/areas/{here}", ADMIN, {"name": "Molenbuurt"}, "here"),
    Deed("GET", "/areas/{here}/board", "200 200 404 200 403 403 403 403 403"),
    # Accounts
    Deed("GET", "/accounts", ADMIN),
    Deed("POST", "/accounts", made(ADMIN), {"name": "nieuw", "displayName": "Nieuw", "roles": ["administrator"]}),
    Deed("GET", "/accounts/{colleague}", ADMIN_HIDDEN),
    Deed("PATCH", "/accounts/{colleague}", ADMIN_HIDDEN, {"active": False}, "colleague"),
    Deed("POST", "/accounts/{colleague}/passwords", made(ADMIN_HIDDEN)),
    Deed("GET", "/clients", ADMIN),
    Deed("POST", "/clients", made(ADMIN), machine),
    Deed("GET", "/clients/{machine}", ADMIN_HIDDEN),
    Deed("PATCH", "/clients/{machine}", ADMIN_HIDDEN, {"scopes": ["ledger:read"]}, "machine"),
    Deed("PUT", "/clients/{machine}/keys", ADMIN_HIDDEN, {"keysUrl": "https://partner.example/jwks.json"}, "machine"),
    Deed("DELETE", "/clients/{machine}", ADMIN_HIDDEN.replace("200", "204"), version_of="machine"),
    Deed("GET", "/colleagues", "200 200 200 200 403 403 403 403 403"),
    Deed(
        "PUT",
        "/own-account/password",
        done(ALL),
        {"present": "correct horse battery staple", "new": "a much longer staple"},
    ),
    # Institutions
    Deed("GET", "/institutions", "200 200 200 200 200 200 200 403 200"),
    Deed("POST", "/institutions", "201 201 201 201 403 403 403 403 201", {"name": "GGZ Oost", "kind": "police"}),
    Deed("GET", "/institutions/{corporation}", "200 200 200 200 200 404 200 404 200"),
    Deed(
        "PATCH",
        "/institutions/{corporation}",
        "200 200 200 200 403 404 403 404 200",
        {"name": "De Veenhoek 2"},
        "corporation",
    ),
    Deed("GET", "/institutions/{corporation}/contacts", "200 200 200 200 200 404 403 404 200"),
    Deed(
        "POST",
        "/institutions/{corporation}/contacts",
        "201 201 201 201 403 404 403 404 201",
        {"name": "Carla", "mandate": "policy"},
    ),
    Deed("GET", "/institutions/{corporation}/contacts/{person}", "200 200 200 200 200 404 404 404 200"),
    Deed(
        "PATCH",
        "/institutions/{corporation}/contacts/{person}",
        "200 200 200 200 403 404 404 404 200",
        {"job": "Beheerder"},
        "person",
    ),
    Deed(
        "PUT",
        "/institutions/{corporation}/contacts/{person}/departure",
        "200 200 200 200 403 404 404 404 200",
        {"leftOn": TODAY},
        "person",
    ),
    Deed("GET", "/institutions/{corporation}/track-record", "200 200 200 200 200 404 200 404 200"),
    Deed("GET", "/portal", "403 403 403 403 200 200 403 403 403"),
    # Residents
    Deed("GET", "/residents", "200 200 200 403 403 403 403 200 403"),
    Deed(
        "POST",
        "/residents",
        "201 201 403 403 403 403 403 403 403",
        {"callName": "Samira", "areaId": "{here}", "informedOn": TODAY, "informedHow": "spoken"},
    ),
    Deed("GET", "/residents/{geert}", OWN_RECORD),
    Deed("PATCH", "/residents/{geert}", OWN_RECORD, {"callName": "Gerrit"}, "geert"),
    Deed("PUT", "/residents/{geert}/level", OWN_RECORD, {"level": "alias"}, "geert"),
    Deed("GET", "/residents/{geert}/losses?level=alias", OWN_RECORD),
    Deed("POST", "/residents/{geert}/merges", made(OWN_RECORD), {"duplicateId": "{twin}"}, "geert"),
    Deed("DELETE", "/residents/{geert}", done("200 403 404 404 404 404 404 200 404"), None, "geert"),
    Deed(
        "POST",
        "/residents/{geert}/workers",
        made(OWN_RECORD),
        {"accountId": "{colleague}", "part": "stands_in"},
    ),
    Deed(
        "DELETE",
        "/residents/{ria}/workers/{stand_in}",
        "204 204 404 404 404 404 404 403 404",
        note="the colleague stands in for this one",
    ),
    Deed(
        "POST",
        "/residents/{twin}/consents",
        made(OWN_RECORD),
        {"scope": "to_be_counted", "how": "spoken", "givenOn": TODAY},
    ),
    Deed("DELETE", "/residents/{geert}/consents/{consent}", OWN_RECORD),
    Deed("GET", "/residents/{geert}/restriction", "200 403 404 404 404 404 404 200 404"),
    Deed("PUT", "/residents/{geert}/restriction", "200 403 404 404 404 404 404 200 404", None, "geert"),
    Deed(
        "DELETE",
        "/residents/{geert}/restriction",
        "409 403 404 404 404 404 404 409 404",
        None,
        "geert",
        note="it is not restricted",
    ),
    # Contacts and promises
    Deed("GET", "/residents/{geert}/contacts", OWN_RECORD),
    Deed("POST", "/residents/{geert}/contacts", made(OWN_RECORD), contact),
    Deed("GET", "/contacts/{contact}", OWN_RECORD),
    Deed("POST", "/contacts/{contact}/corrections", made(OWN_RECORD), {"correction": None}),
    Deed("GET", "/promises", "200 200 200 403 403 403 403 403 403"),
    Deed("POST", "/residents/{geert}/promises", made(OWN_RECORD), {"text": "Bellen", "dueOn": LATER}),
    Deed("GET", "/promises/overdue", "403 403 403 200 403 403 403 403 403"),
    Deed("GET", "/promises/{promise}", OWN_RECORD),
    Deed("PUT", "/promises/{promise}/outcome", OWN_RECORD, {"outcome": "kept"}, "promise"),
    Deed("GET", "/day", "200 200 200 200 403 403 403 403 403"),
    # Lifeworld
    Deed("GET", "/residents/{geert}/sketch-lines", OWN_RECORD),
    Deed("POST", "/residents/{geert}/sketch-lines", made(OWN_RECORD), {"words": "Het gaat wel"}),
    Deed("GET", "/sketch-lines/{line}", OWN_RECORD),
    Deed("POST", "/sketch-lines/{line}/corrections", made(OWN_RECORD), {"correction": {"words": "Het gaat goed"}}),
    Deed(
        "GET",
        "/sketch-lines/{impression}",
        "404 200 404 404 404 404 404 404 404",
        note="an impression of the colleague, who stands in; for the assigned worker it is not even there",
    ),
    Deed("GET", "/residents/{geert}/assets", OWN_RECORD),
    Deed("POST", "/residents/{geert}/assets", made(OWN_RECORD), {"words": "Kan lassen"}),
    Deed("GET", "/assets/{asset}", OWN_RECORD),
    Deed("POST", "/assets/{asset}/corrections", made(OWN_RECORD), {"correction": {"words": "Kan goed lassen"}}),
    Deed("GET", "/residents/{geert}/sheet", OWN_RECORD),
    Deed("POST", "/residents/{geert}/phase", OWN_RECORD, {"phase": "deepen"}, "geert"),
    Deed("POST", "/residents/{geert}/exploring", OWN_RECORD, None, "geert"),
    # Needs
    Deed("GET", "/needs", "200 200 200 200 403 403 403 403 403"),
    Deed(
        "POST",
        "/residents/{geert}/needs",
        made(OWN_RECORD),
        {"lifeArea": "housing", "words": "Het lekt", "learnedOn": TODAY},
    ),
    Deed("GET", "/needs/{need}", "200 403 404 403 404 404 404 404 404"),
    Deed("GET", "/needs/{need}/layers", "200 403 404 403 404 404 404 404 404"),
    Deed("POST", "/needs/{need}/layers", "201 403 404 403 404 404 404 404 404", layer, "need"),
    Deed(
        "POST",
        "/needs/{need}/layers/{layer}/confirmations",
        "201 403 404 403 404 404 404 404 404",
        {"confirmed": "yes", "askedOn": TODAY},
        "need",
    ),
    Deed("DELETE", "/needs/{need}/layers/{layer}", "200 403 404 403 404 404 404 404 404", None, "need"),
    Deed(
        "POST",
        "/needs/{need}/layers/{stated}/sharing",
        "200 403 404 403 404 404 404 404 404",
        {"mayBeShared": False},
        "need",
    ),
    Deed("GET", "/needs/{need}/decisions", "200 403 404 403 404 404 404 404 404"),
    Deed(
        "POST",
        "/needs/{need}/decisions",
        "201 403 404 403 404 404 404 404 404",
        {"choice": "collective", "reason": "Meer met dezelfde vraag", "counted": True, "decidedOn": TODAY},
        "need",
    ),
    Deed(
        "PUT",
        "/needs/{need}/ending",
        "200 403 404 403 404 404 404 404 404",
        {"ending": "solved_together", "closedOn": TODAY},
        "need",
    ),
    Deed("DELETE", "/needs/{need}/ending", "409 403 404 403 404 404 404 404 404", None, "need", note="it is open"),
    # Outreach
    Deed("GET", "/rounds", "200 200 200 200 403 403 403 403 403"),
    Deed("POST", "/rounds", "201 201 403 403 403 403 403 403 403", {"areaId": "{here}", "where": "Veenweg"}),
    Deed("GET", "/rounds/{round}", TEAM),
    Deed("PATCH", "/rounds/{round}", ROUNDS, {"rang": 22, "occasion": "Warmtetrui"}, "round"),
    Deed("POST", "/rounds/{round}/tallies", made(ROUNDS), {"what": "rang"}),
    Deed("POST", "/rounds/{round}/ending", made(ROUNDS), {"placeNote": "Het achterpad is donker"}),
    Deed("POST", "/no-rings", "201 201 403 403 403 403 403 403 403", door | {"number": "16"}),
    Deed("POST", "/no-rings/checks", "200 200 403 403 403 403 403 403 403", door),
    Deed("POST", "/no-rings/liftings", "200 200 403 403 403 403 403 403 403", door),
    Deed("GET", "/areas/{here}/outreach", "200 200 404 200 403 403 403 403 403"),
    # Themes
    Deed("GET", "/themes", "200 200 200 200 403 403 403 403 403"),
    Deed(
        "POST",
        "/themes",
        "201 201 403 201 403 403 403 403 403",
        {"areaId": "{here}", "title": "Verlichting", "lifeArea": "neighbourhood"},
    ),
    Deed("GET", "/themes/{theme}", TEAM),
    Deed("PATCH", "/themes/{theme}", TEAM, {"title": "Tocht"}, "theme"),
    Deed("PUT", "/themes/{theme}/closing", TEAM, None, "theme"),
    Deed("GET", "/themes/{theme}/needs", "200 200 404 200 403 403 403 403 403"),
    Deed("POST", "/themes/{other_theme}/needs", "201 403 404 403 404 404 404 404 404", {"needId": "{need}"}),
    Deed("DELETE", "/themes/{theme}/needs/{need}", "200 403 404 403 404 404 404 404 404"),
    # Suggestions and introductions
    Deed("GET", "/suggestions", "200 200 200 200 403 403 403 403 403"),
    Deed("GET", "/suggestions/{suggestion}", TEAM),
    Deed("POST", "/suggestions/{suggestion}/taking-up", made(TEAM), {"title": "Licht"}, "suggestion"),
    Deed("PUT", "/suggestions/{suggestion}/dismissal", TEAM, None, "suggestion"),
    Deed(
        "POST",
        "/suggestions/{taken_up}/links",
        "201 403 404 403 404 404 404 404 404",
        {"needIds": ["{unlinked}"]},
    ),
    Deed("GET", "/introductions", "200 200 200 200 403 403 403 403 403"),
    Deed("GET", "/introductions/{introduction}", TEAM),
    Deed("POST", "/themes/{shared_theme}/introductions", "201 201 404 403 404 404 404 404 404"),
    Deed(
        "PUT",
        "/introductions/{introduction}/answers/{introduced}",
        "200 403 404 404 404 404 404 404 404",
        {"agreed": True, "answeredOn": TODAY},
    ),
    Deed("PUT", "/introductions/{introduction}/ending", "200 200 404 403 404 404 404 404 404", None, "introduction"),
    # Initiatives
    Deed("GET", "/initiatives", "200 200 200 200 403 403 403 403 403"),
    Deed(
        "POST",
        "/initiatives",
        "201 201 403 201 403 403 403 403 403",
        {"areaId": "{here}", "title": "Soep", "origin": "residents", "startedOn": TODAY},
    ),
    Deed("GET", "/initiatives/{initiative}", TEAM),
    Deed("PATCH", "/initiatives/{initiative}", TEAM, {"nextStep": "Vergaderen"}, "initiative"),
    Deed(
        "POST",
        "/initiatives/{initiative}/phases",
        made(TEAM),
        {"phase": "acting", "since": TODAY},
        "initiative",
    ),
    Deed("GET", "/initiatives/{initiative}/participants", TEAM),
    Deed(
        "POST",
        "/initiatives/{initiative}/participants",
        "400 400 404 403 404 404 404 404 404",
        {"residentId": "{ria}", "part": "takes_part", "consentedOn": TODAY},
        note="Ria did not agree to be introduced; the colleague stands in for her",
    ),
    Deed(
        "DELETE",
        "/initiatives/{initiative}/participants/{participant}",
        "204 403 404 403 404 404 404 404 404",
    ),
    Deed("GET", "/initiatives/{initiative}/aims", TEAM),
    Deed("POST", "/initiatives/{initiative}/aims", made(TEAM), {"text": "Geen schimmel meer"}),
    Deed("PUT", "/initiatives/{initiative}/aims/{aim}/attainment", TEAM, {"reachedOn": TODAY}),
    Deed("GET", "/initiatives/{initiative}/themes", TEAM),
    Deed("POST", "/initiatives/{initiative}/themes", made(TEAM), {"themeId": "{other_theme}"}),
    Deed("DELETE", "/initiatives/{initiative}/themes/{theme}", done(TEAM)),
    Deed("GET", "/initiatives/{drafted}/page", TEAM),
    Deed("POST", "/initiatives/{initiative}/page", made(TEAM), {"title": "Warm", "words": "Kom ook."}),
    Deed("PATCH", "/initiatives/{drafted}/page", TEAM, {"title": "Soep", "words": "Kom eten."}, "draft_page"),
    Deed(
        "PATCH",
        "/initiatives/{shown_initiative}/page",
        TEAM.replace("200", "409"),
        {"title": "Boren", "words": "Kom lenen."},
        "public_page",
        note="everybody reads it already",
    ),
    Deed("PUT", "/initiatives/{drafted}/page/publication", TEAM, {"previewed": True}, "draft_page"),
    Deed("DELETE", "/initiatives/{shown_initiative}/page/publication", TEAM),
    Deed("GET", "/public/initiatives/{initiative_code}", ALL, open=True),
    # Tasks
    Deed("GET", "/initiatives/{initiative}/tasks", TEAM),
    Deed("POST", "/initiatives/{initiative}/tasks", made(TEAM), {"what": "Koffie zetten", "byOn": LATER}),
    Deed("GET", "/tasks/{task}", TEAM),
    Deed("PATCH", "/tasks/{task}", TEAM, {"byOn": None}, "task"),
    Deed("PUT", "/tasks/{task}/uptake", TEAM, None, "task"),
    Deed("DELETE", "/tasks/{taken_task}/uptake", TEAM, None, "taken_task"),
    Deed("PUT", "/tasks/{task}/completion", TEAM, {"whoDidIt": "resident_alone"}, "task"),
    Deed("PUT", "/tasks/{task}/dropping", TEAM, None, "task"),
    Deed("POST", "/tasks/{done_task}/reopenings", made(TEAM), None, "done_task"),
    # Money
    Deed("GET", "/initiatives/{initiative}/budget", TEAM),
    Deed("GET", "/initiatives/{initiative}/budget-lines", TEAM),
    Deed(
        "POST",
        "/initiatives/{initiative}/budget-lines",
        made(TEAM),
        {"kind": "income", "what": "Buurtfonds", "cents": 50000},
    ),
    Deed("GET", "/budget-lines/{budget_line}", TEAM),
    Deed("PATCH", "/budget-lines/{budget_line}", TEAM, {"paid": True}, "budget_line"),
    Deed("DELETE", "/budget-lines/{budget_line}", done(TEAM), None, "budget_line"),
    # How far the group is
    Deed("GET", "/aims/{aim}", TEAM),
    Deed("GET", "/aims/{aim}/scores", TEAM),
    Deed("POST", "/aims/{aim}/scores", made(TEAM), {"level": 0}),
    Deed("DELETE", "/aims/{aim}/scores/{aim_score}", done(TEAM)),
    # Groups
    Deed("GET", "/groups", "200 200 200 200 403 403 403 403 403"),
    Deed(
        "POST",
        "/groups",
        "201 201 400 201 403 403 403 403 403",
        {"initiativeId": "{initiative}", "kind": "residents_group"},
    ),
    Deed("GET", "/groups/{group}", TEAM),
    Deed("PATCH", "/groups/{group}", TEAM, {"homes": 34}, "group"),
    Deed("PUT", "/groups/{group}/ending", TEAM, {}, "group"),
    Deed("GET", "/groups/{group}/members", TEAM),
    Deed(
        "POST",
        "/groups/{group}/members",
        "400 400 404 403 404 404 404 404 404",
        {"residentId": "{ria}", "consentedOn": TODAY},
        note="Ria did not agree to be introduced; the colleague stands in for her",
    ),
    Deed("DELETE", "/groups/{group}/members/{group_member}", "204 403 404 403 404 404 404 404 404"),
    # Asks
    Deed("GET", "/asks", "200 200 200 200 200 200 403 403 403"),
    Deed(
        "POST",
        "/asks",
        "201 201 400 201 403 403 403 403 403",
        {"initiativeId": "{initiative}", "institutionId": "{corporation}", "text": "Verf de hal"},
    ),
    Deed("GET", "/asks/{asked}", "200 200 404 200 200 404 404 404 404"),
    Deed("PATCH", "/asks/{draft}", TEAM, {"text": "Plaats meer verlichting"}, "draft"),
    Deed("DELETE", "/asks/{draft}", done(TEAM), None, "draft"),
    Deed("POST", "/asks/{draft}/submission", made(TEAM), put, "draft"),
    Deed("GET", "/asks/{evaded}/answers", "200 200 404 200 200 404 404 404 404"),
    Deed(
        "POST",
        "/asks/{asked}/answers",
        "201 201 404 201 400 404 404 404 404",
        {"answer": "no", "words": "Geen geld", "happenedOn": TODAY, "source": "mail"},
        "asked",
        note="who signs in for the institution is the source",
    ),
    Deed(
        "POST",
        "/asks/{evaded}/corrections",
        "201 201 404 201 403 404 404 404 404",
        {"reason": "Dat zei een ander."},
        "evaded",
    ),
    Deed("POST", "/asks/{evaded}/repetitions", "201 201 404 201 403 404 404 404 404", put, "evaded"),
    Deed(
        "POST",
        "/asks/{evaded}/escalations",
        "201 201 404 201 403 404 404 404 404",
        put | {"reason": "Geen antwoord"},
        "evaded",
    ),
    Deed(
        "POST",
        "/asks/{evaded}/closure",
        "201 201 404 201 403 404 404 404 404",
        {"happenedOn": TODAY, "reason": "Zelf opgelost"},
        "evaded",
    ),
    Deed("GET", "/asks/{evaded}/events", "200 200 404 200 200 404 404 404 404"),
    Deed("GET", "/asks/{answered}/letters", "200 200 404 200 403 404 404 404 404"),
    Deed("GET", "/asks/{answered}/letters/{letter}", "200 200 404 200 403 404 404 404 404"),
    # Commitments
    Deed("GET", "/commitments", "200 200 200 200 200 200 200 403 403"),
    Deed("POST", "/commitments", "201 201 404 201 403 403 403 403 403", promise),
    Deed("GET", "/commitments/{proposed}", "200 200 404 200 200 404 404 404 404"),
    Deed("GET", "/commitments/{shown}", "200 200 404 200 200 404 200 404 404", note="published"),
    Deed("GET", "/commitments/{proposed}/events", "200 200 404 200 200 404 404 404 404"),
    *(
        Deed(
            "POST",
            f"/commitments/{{{thing}}}/events",
            answers,
            {"happenedOn": TODAY, "source": "telephone", **body},
            thing,
            note=str(body["kind"]),
        )
        for thing, answers, body in (
            ("proposed", "201 201 404 201 201 404 404 404 404", {"kind": "confirmed"}),
            ("shown", "201 201 404 201 201 404 403 404 404", {"kind": "confirmed"}),
            ("proposed", "201 201 404 201 201 404 404 404 404", {"kind": "claimed", "words": "34 van 34"}),
            ("proposed", "201 201 404 201 201 404 404 404 404", {"kind": "contested", "words": "Nooit gezegd"}),
            ("proposed", "201 201 404 201 201 404 404 404 404", {"kind": "withdrawn", "words": "Geen geld"}),
            ("proposed", "409 409 404 409 409 404 404 404 404", {"kind": "started"}),
            (
                "proposed",
                "201 201 404 201 403 404 404 404 404",
                {"kind": "moved", "words": "Asbest", "dueOn": LATER, "residentsAgreed": True},
            ),
            (
                "proposed",
                "201 201 404 201 201 404 404 404 404",
                {"kind": "moved", "words": "Asbest", "dueOn": LATER, "residentsAgreed": False},
            ),
            (
                "broken",
                "201 201 404 201 403 404 404 404 404",
                {"kind": "reopened", "words": "Opnieuw", "dueOn": LATER},
            ),
            ("claimed", "409 409 404 403 403 404 404 404 404", {"kind": "window_closed"}),
            (
                "proposed",
                "201 201 404 201 403 404 404 404 404",
                {"kind": "published", "visibility": "public", "previewed": True},
            ),
        )
    ),
    Deed("GET", "/commitments/{claimed}/verdicts", "200 200 404 200 200 404 404 404 404"),
    Deed("POST", "/commitments/{claimed}/verdicts", "201 201 404 403 403 404 404 404 404", verdict, "claimed"),
    Deed("GET", "/commitments/{proposed}/preview", "200 200 404 200 403 404 404 404 404"),
    # Evidence
    Deed("GET", "/commitments/{proposed}/evidence", "200 200 404 200 200 404 404 404 404"),
    Deed("POST", "/commitments/{proposed}/evidence", "201 201 404 201 201 404 404 404 404", file=A_PICTURE),
    Deed("POST", "/commitments/{shown}/evidence", "201 201 404 201 201 404 403 404 404", file=A_PICTURE, note="public"),
    Deed("GET", "/evidence/{evidence}", "200 200 404 200 200 404 404 404 404"),
    Deed("GET", "/evidence/{evidence}/content", "200 200 404 200 200 404 404 404 404"),
    Deed("DELETE", "/evidence/{evidence}", "200 200 404 200 200 404 404 404 404"),
    Deed("GET", "/commitments/{overdue}/escalations", "200 200 404 200 200 404 403 403 403"),
    Deed("POST", "/commitments/{overdue}/escalations", made(HOLD), {"reason": "Al twee keer beloofd"}),
    # Forums
    Deed("GET", "/forums", SEATED_LIST),
    Deed("POST", "/forums", "201 201 400 201 403 403 403 403 403", {"areaId": "{here}", "name": "Buurttafel"}),
    Deed("GET", "/forums/{forum}", SEATED),
    Deed("PATCH", "/forums/{forum}", HOLD, {"rhythm": "monthly"}, "forum"),
    Deed("POST", "/forums/{forum}/ending", made(HOLD), None, "forum"),
    Deed("GET", "/forums/{forum}/members", SEATED),
    Deed("POST", "/forums/{forum}/members", made(HOLD), {"institutionId": "{other_institution}"}),
    Deed("DELETE", "/forums/{forum}/members/{seat}", done(HOLD)),
    Deed("POST", "/forums/{forum}/calendar-address", made(HOLD)),
    Deed("GET", "/forums/{forum}/next-meeting", HOLD),
    # Meetings
    Deed("GET", "/meetings", SEATED_LIST),
    Deed("POST", "/meetings", "201 201 400 201 403 403 403 403 403", meeting),
    Deed("GET", "/meetings/{meeting}", SEATED),
    Deed("PATCH", "/meetings/{meeting}", HOLD, {"minutes": 60}, "meeting"),
    Deed("POST", "/meetings/{meeting}/cancellation", made(HOLD), None, "meeting"),
    Deed("POST", "/meetings/{meeting}/invitations", made(HOLD), None, "meeting"),
    Deed("POST", "/meetings/{meeting_of_today}/opening", made(HOLD), None, "meeting_of_today"),
    Deed("POST", "/meetings/{going_on}/closing", made(HOLD), None, "going_on"),
    Deed("POST", "/meetings/{meeting}/agenda", made(HOLD)),
    Deed("GET", "/meetings/{going_on}/agenda-items", SEATED),
    Deed("POST", "/meetings/{meeting}/agenda-items", made(HOLD), {"title": "Rondvraag"}),
    Deed("PUT", "/meetings/{going_on}/agenda-items/{own_item}/place", HOLD, {"number": 1}, "going_on"),
    Deed("PUT", "/meetings/{going_on}/agenda-items/{own_item}/outcome", HOLD, {"outcome": "Samen kijken"}, "going_on"),
    Deed("DELETE", "/meetings/{going_on}/agenda-items/{own_item}", done(HOLD), None, "going_on"),
    Deed("GET", "/meetings/{going_on}/attendance", SEATED),
    Deed("PUT", "/meetings/{going_on}/attendance", HOLD, {"lines": [{"came": True, "persons": 11}]}, "going_on"),
    Deed("GET", "/meetings/{going_on}/actions", SEATED),
    Deed("POST", "/meetings/{going_on}/actions", made(HOLD), {"what": "Lamp melden", "byOn": LATER}),
    Deed("POST", "/meetings/{going_on}/actions/{meeting_action}/completion", made(HOLD), None, "meeting_action"),
    Deed("GET", "/meetings/{going_on}/minutes", SEATED),
    Deed("POST", "/meetings/{going_on}/minutes", made(HOLD), answered),
    Deed("GET", "/meetings/{closed_meeting}/preview", HOLD),
    Deed("PUT", "/meetings/{closed_meeting}/publication", HOLD, {"previewed": True}, "closed_meeting"),
    Deed("DELETE", "/meetings/{public_meeting}/publication", done(HOLD), None, "public_meeting"),
    Deed("GET", "/public/neighbourhoods/{here}/meetings", ALL, open=True),
    Deed("GET", "/public/meetings/{public_meeting}", ALL, open=True),
    # Agreements
    Deed("GET", "/agreements", "200 200 200 200 200 200 403 200 403"),
    Deed("POST", "/agreements", "201 201 400 201 403 403 403 403 403", agreement),
    Deed("GET", "/agreements/{agreement}", "200 200 404 200 200 404 404 200 404"),
    Deed("PATCH", "/agreements/{agreement}", KEPT, {"title": "Anders"}, "agreement"),
    Deed("POST", "/agreements/{agreement}/ending", made(KEPT), None, "agreement"),
    # Statutory consultation
    Deed("GET", "/tracks", "200 200 200 200 200 200 403 403 403"),
    Deed("POST", "/tracks", "201 201 400 201 403 403 403 403 403", track),
    Deed("GET", "/tracks/{track}", "200 200 404 200 200 404 404 404 404"),
    Deed("PATCH", "/tracks/{track}", TRACKED, {"subject": "Anders"}, "track"),
    Deed("PUT", "/tracks/{track}/ending", TRACKED, {}, "track"),
    Deed("GET", "/tracks/{track}/events", "200 200 404 200 200 404 404 404 404"),
    Deed("POST", "/tracks/{track}/events", made(TRACKED), {"kind": "advised", "happenedOn": TODAY}),
    Deed("DELETE", "/tracks/{track}/events/{track_event}", TRACKED),
    # The neighbourhood as a place
    Deed("GET", "/areas/{here}/logbook-entries", TEAM),
    Deed("POST", "/areas/{here}/logbook-entries", made(TEAM), {"kind": "works", "words": "Het pad ligt open"}),
    Deed("GET", "/logbook-entries/{logbook_entry}", TEAM),
    Deed("PATCH", "/logbook-entries/{logbook_entry}", TEAM, {"words": "Dicht"}, "logbook_entry"),
    Deed("DELETE", "/logbook-entries/{logbook_entry}", done(TEAM), None, "logbook_entry"),
    Deed("GET", "/areas/{here}/place-features", TEAM),
    Deed("POST", "/areas/{here}/place-features", made(TEAM), {"kind": "finding_place", "name": "Snackbar"}),
    Deed("GET", "/place-features/{place_feature}", TEAM),
    Deed("PATCH", "/place-features/{place_feature}", TEAM, {"name": "De Wiek"}, "place_feature"),
    Deed("DELETE", "/place-features/{place_feature}", done(TEAM), None, "place_feature"),
    Deed("GET", "/areas/{here}/photos", TEAM),
    Deed("POST", "/areas/{here}/photos", made(TEAM), {"quarter": "2025-Q4", "better": "Er is licht"}),
    Deed("GET", "/photos/{photo}", TEAM),
    Deed("PATCH", "/photos/{photo}", TEAM, {"worse": "Meer vocht"}, "photo"),
    Deed("GET", "/areas/{here}/map", "200 200 404 200 404 404 200 404 404"),
    Deed("POST", "/area-shapes", made(ADMIN), outlines),
    # My part and their part
    Deed("GET", "/residents/{geert}/own-shares", OWN_RECORD),
    Deed("GET", "/residents/{ria}/own-shares", "200 403 404 404 404 404 404 403 404", note="the colleague stands in"),
    Deed("POST", "/residents/{geert}/own-shares", made(OWN_RECORD), own_share),
    Deed("GET", "/own-shares/{share}", ASSIGNED),
    Deed("DELETE", "/own-shares/{share}", ASSIGNED),
    Deed(
        "POST",
        "/own-shares/{share}/asks",
        made(ASSIGNED),
        {
            "institutionId": "{corporation}",
            "initiativeId": "{initiative}",
            "approvedWords": "Bel binnen een week terug",
            "approvedOn": TODAY,
        },
    ),
    # Learning by doing
    Deed("GET", "/learning-steps?residentId={geert}", "200 403 404 404 403 403 403 403 403", note="a resident"),
    Deed(
        "GET", "/learning-steps?initiativeId={initiative}", "200 200 404 200 403 403 403 403 403", note="an initiative"
    ),
    Deed(
        "POST",
        "/learning-steps",
        "201 403 400 400 403 403 403 403 403",
        {"residentId": "{geert}", "what": "Brief gelezen", "whoDidIt": "together"},
        note="a resident",
    ),
    Deed(
        "POST",
        "/learning-steps",
        "201 201 400 201 403 403 403 403 403",
        {"initiativeId": "{initiative}", "what": "Zaal geregeld", "whoDidIt": "resident_alone"},
        note="an initiative",
    ),
    Deed("GET", "/learning-steps/{step}", OWN_RECORD),
    Deed("GET", "/learning-steps/{open_step}", TEAM),
    Deed("DELETE", "/learning-steps/{step}", OWN_RECORD),
    Deed("DELETE", "/learning-steps/{open_step}", TEAM),
    Deed("GET", "/initiatives/{initiative}/learning-shift", TEAM),
    Deed("GET", "/areas/{here}/learning-shift", "200 200 404 200 403 403 403 403 403"),
    Deed("GET", "/residents/{geert}/learning-shift", OWN_RECORD),
    # Practice
    Deed("GET", "/residents/{geert}/practice-moments", OWN_RECORD),
    Deed("POST", "/residents/{geert}/practice-moments", made(OWN_RECORD), {"scaryThing": "Bellen", "stopWord": "thee"}),
    Deed("GET", "/practice-moments/{practice}", OWN_RECORD),
    Deed("PATCH", "/practice-moments/{practice}", OWN_RECORD, {"safeSetting": "Aan tafel"}, "practice"),
    Deed("PUT", "/practice-moments/{practice}/debrief", OWN_RECORD, {"outcome": "partly"}, "practice"),
    Deed("GET", "/initiatives/{initiative}/speaking-orders", TEAM),
    Deed("POST", "/initiatives/{initiative}/speaking-orders", made(TEAM), speaking_order),
    Deed("GET", "/speaking-orders/{order}", TEAM),
    Deed("PUT", "/speaking-orders/{order}", TEAM, speaking_order, "order"),
    # The bond of trust
    Deed("GET", "/residents/{geert}/relationships", OWN_RECORD),
    Deed("POST", "/residents/{geert}/relationships", made(OWN_RECORD), {"stage": "damaged"}),
    Deed("GET", "/signals", "200 200 200 403 403 403 403 403 403"),
    Deed("GET", "/signals/{signal}", OWN_RECORD),
    Deed("POST", "/signals/{signal}/answers", made(OWN_RECORD), {"answer": "Morgen komt de monteur"}, "signal"),
    Deed("GET", "/residents/{geert}/signals", OWN_RECORD),
    Deed("POST", "/residents/{geert}/signals", made(OWN_RECORD), {"words": "De bel doet het niet", "cameOn": TODAY}),
    Deed("GET", "/handovers", "200 200 200 403 403 403 403 403 403"),
    Deed("GET", "/handovers/needed", "200 200 200 403 403 403 403 403 403"),
    Deed("GET", "/handovers/counts", "403 403 403 200 403 403 403 403 403"),
    Deed("GET", "/handovers/{handover}", BOTH),
    Deed("GET", "/handovers/{handover}/luggage", BOTH),
    Deed(
        "POST",
        "/handovers/{handover}/agreements",
        "201 403 404 404 404 404 404 404 404",
        {"agreedOn": TODAY, "startsAt": f"{LATER}T10:00:00Z"},
        "handover",
    ),
    Deed("POST", "/handovers/{handover}/refusal", "201 403 404 404 404 404 404 404 404", None, "handover"),
    Deed("POST", "/handovers/{handover}/cancellation", made(BOTH), None, "handover"),
    Deed("POST", "/handovers/{visited}/completion", made(BOTH), {"staysAsStandIn": True}, "visited"),
    Deed("GET", "/residents/{geert}/handovers", OWN_RECORD),
    Deed(
        "POST",
        "/residents/{ria}/handovers",
        made(OWN_RECORD),
        {"toAccountId": "{colleague}", "reason": "leaves"},
        note="the colleague stands in, and so cannot hand over",
    ),
    # Appointments
    Deed("GET", "/appointments", "200 200 200 200 403 403 403 403 403"),
    Deed(
        "POST",
        "/appointments",
        "201 201 400 201 403 403 403 403 403",
        {"startsAt": f"{LATER}T10:00:00Z", "kind": "meeting", "areaId": "{here}", "place": "De Wiek"},
    ),
    Deed("GET", "/appointments/{appointment}", "200 404 404 404 404 404 404 404 404"),
    Deed(
        "PATCH",
        "/appointments/{appointment}",
        "200 404 404 404 404 404 404 404 404",
        {"startsAt": f"{LATER}T10:00:00Z"},
        "appointment",
    ),
    Deed("PUT", "/appointments/{appointment}/cancellation", "200 404 404 404 404 404 404 404 404", None, "appointment"),
    Deed("GET", "/calendar-address", "200 200 200 200 403 403 403 403 403"),
    Deed("POST", "/calendar-address", "201 201 201 201 403 403 403 403 403"),
    Deed("DELETE", "/calendar-address", "204 204 204 204 403 403 403 403 403"),
    # Network, goals, scales and compass
    Deed("GET", "/residents/{geert}/ties", OWN_RECORD),
    Deed("POST", "/residents/{geert}/ties", made(OWN_RECORD), {"who": "Sjoerd", "circle": "friends"}),
    Deed("GET", "/ties/{tie}", OWN_RECORD),
    Deed("PATCH", "/ties/{tie}", OWN_RECORD, {"who": "Mijn zus", "practical": True}, "tie"),
    Deed("PUT", "/ties/{tie}/ending", OWN_RECORD, {"endedOn": TODAY}, "tie"),
    Deed("GET", "/residents/{geert}/goals", OWN_RECORD),
    Deed("POST", "/residents/{geert}/goals", made(OWN_RECORD), {"words": "Koken", "reached": "Ze at hier"}),
    Deed("GET", "/goals/{goal}", OWN_RECORD),
    Deed("POST", "/goals/{goal}/scores", made(OWN_RECORD), {"level": 0, "by": "worker"}),
    Deed("PUT", "/goals/{goal}/ending", OWN_RECORD, {"endedOn": TODAY}, "goal"),
    Deed("GET", "/scales", "200 200 200 403 403 403 403 403 200"),
    Deed("POST", "/scales", made(ADMIN), scale),
    Deed("GET", "/scales/{ladder}", "200 200 200 404 404 404 404 404 200"),
    Deed("GET", "/scales/{ladder}/definition", "200 200 200 404 404 404 404 404 200"),
    Deed("PUT", "/scales/{ladder}/use", "403 403 403 404 404 404 404 404 200", {"enabled": False}, "ladder"),
    Deed("GET", "/residents/{geert}/scale-scores", OWN_RECORD),
    Deed(
        "POST",
        "/residents/{geert}/scale-scores",
        made(OWN_RECORD),
        {"scaleId": "{ladder}", "level": 3, "by": "resident", "agreed": True, "note": "Ik doe mee"},
    ),
    Deed("GET", "/scale-scores/{scale_score}", OWN_RECORD),
    Deed("GET", "/areas/{here}/compass", "200 200 404 200 403 403 403 403 403"),
    Deed("GET", "/residents/{geert}/compass", OWN_RECORD),
    # Double activation
    Deed("GET", "/areas/{here}/double-activation", "200 200 404 200 403 403 200 403 403"),
    # Reminders
    Deed("GET", "/reminders", REMINDED),
    Deed("PUT", "/reminders/{reminder}/hush", REMINDED),
    Deed("DELETE", "/reminders/{reminder}/hush", done(REMINDED)),
    Deed("GET", "/reminders/mail", REMINDED),
    Deed("PUT", "/reminders/mail", REMINDED, {"address": "m.winter@bsa.example"}),
    Deed("DELETE", "/reminders/mail", done(REMINDED)),
    # For everybody
    Deed("GET", "/public/neighbourhoods", ALL, open=True),
    Deed("GET", "/public/neighbourhoods/{here}", ALL, open=True),
    Deed("GET", "/public/neighbourhoods/{here}/commitments", ALL, open=True),
    Deed("GET", "/public/neighbourhoods/{here}/commitments/{shown}", ALL, open=True),
    Deed("GET", "/public/neighbourhoods/{here}/events", ALL, open=True),
    Deed("GET", "/public/neighbourhoods/{here}/counts", ALL, open=True),
    Deed("POST", "/public/slips/openings", ALL, {"code": "{slip_code}"}, open=True),
    Deed("POST", "/public/slips/votes", done(ALL), {"code": "{slip_code}", "verdict": "kept"}, open=True),
    Deed(
        "POST",
        "/public/neighbourhoods/{here}/voices",
        made(ALL),
        {"kind": "question", "words": "Wanneer begint het?"},
        open=True,
    ),
    Deed("POST", "/public/answers", ALL, {"code": "{voice_code}"}, open=True),
    # Slips, and what came from outside
    Deed("GET", "/commitments/{slipped}/slip-rounds", "200 200 404 200 403 404 404 404 404"),
    Deed(
        "POST",
        "/commitments/{reported}/slip-rounds",
        "201 201 404 403 403 404 404 404 404",
        {"slips": 8},
        "reported",
    ),
    Deed("GET", "/slip-rounds/{slip_round}", TEAM),
    Deed("POST", "/slip-rounds/{slip_round}/slips", made(ROUNDS), {"slips": 2}, "slip_round"),
    Deed("POST", "/slip-rounds/{slip_round}/closing", made(ROUNDS), {"closesWindow": True}, "slip_round"),
    Deed("GET", "/voices", REMINDED),
    Deed("GET", "/voices/{voice}", TEAM),
    Deed("POST", "/voices/{voice}/answers", made(TEAM), {"answer": "Wij vragen het na."}, "voice"),
    # Closing a quarter
    Deed("GET", "/societal-tasks", PLANNED),
    Deed(
        "POST",
        "/societal-tasks",
        "403 403 403 201 403 403 201 403 403",
        {"year": 2026, "name": "Samen eten", "planned": 120, "lifeAreas": ["social_contacts"]},
    ),
    Deed("GET", "/societal-tasks/{agreed_task}", PLANNED),
    Deed(
        "PATCH",
        "/societal-tasks/{agreed_task}",
        "403 403 403 200 403 403 200 403 403",
        {"planned": 300},
        "agreed_task",
    ),
    Deed("DELETE", "/societal-tasks/{agreed_task}", "403 403 403 204 403 403 204 403 403", None, "agreed_task"),
    Deed("GET", "/closing-preview?period=2025-Q2", "403 403 403 200 403 403 403 200 403"),
    Deed("GET", "/closings", "403 403 403 200 403 403 403 200 403"),
    Deed("POST", "/closings", made(CLOSES), {"period": "2025-Q2"}),
    Deed("GET", "/closings/{drawn_quarter}", "403 403 403 200 403 403 403 200 403"),
    Deed(
        "PUT",
        "/closings/{drawn_quarter}/explanations/{agreed_task}",
        CLOSES,
        {"words": "Wij begonnen pas in november."},
    ),
    Deed("POST", "/closings/{drawn_quarter}/stories", made(CLOSES), told_story),
    Deed("DELETE", "/closings/{drawn_quarter}/stories/{story}", done(CLOSES)),
    Deed(
        "POST",
        "/closings/{drawn_quarter}/publication",
        "403 403 403 409 403 403 403 403 403",
        {"previewed": True},
        note="a deviation wants a sentence first",
    ),
    Deed("POST", "/closings/{published_quarter}/finality", made(CLOSES)),
    Deed("GET", "/statistics-profile", "403 403 403 200 403 403 403 200 403"),
    Deed(
        "PUT",
        "/statistics-profile",
        "403 403 403 403 403 403 403 200 403",
        {"profile": "standard", "words": "Na overleg met de FG."},
    ),
    # Search
    Deed("POST", "/searches", ALL, {"words": "molen"}),
    # Subscriptions
    Deed("GET", "/subscriptions", "403 403 403 403 200 200 403 403 200"),
    Deed(
        "POST",
        "/subscriptions",
        made(SUBSCRIBERS),
        {"url": "https://partner.example/messages"},
        note="an administrator says for which institution",
    ),
    Deed("GET", "/subscriptions/{subscription}", OWN_MESSAGES),
    Deed("PATCH", "/subscriptions/{subscription}", OWN_MESSAGES, {"paused": True}, "subscription"),
    Deed("DELETE", "/subscriptions/{subscription}", done(OWN_MESSAGES), None, "subscription"),
    Deed("POST", "/subscriptions/{subscription}/secrets", made(OWN_MESSAGES)),
    Deed("POST", "/subscriptions/{unasked}/handshakes", made(OWN_MESSAGES)),
    Deed("POST", "/subscriptions/{subscription}/test-messages", made(OWN_MESSAGES)),
    Deed("GET", "/subscriptions/{subscription}/deliveries", OWN_MESSAGES),
    Deed("POST", "/subscriptions/{subscription}/resendings", made(RESEND)),
    Deed("GET", "/deliveries/{delivery}", OWN_MESSAGES),
    Deed("POST", "/deliveries/{delivery}/resendings", made(RESEND)),
    # Referrals
    Deed("GET", "/referrals", SEATED_LIST),
    Deed("POST", "/referrals", "403 403 403 403 201 201 403 403 403", referral, note="each for its own institution"),
    Deed("POST", "/institutions/{corporation}/referrals", "201 201 403 403 403 403 403 403 403", referral),
    Deed("POST", "/needs/{need}/referrals", "201 403 404 403 404 404 404 404 404", outward),
    Deed("GET", "/residents/{geert}/referrals", OWN_RECORD),
    Deed("GET", "/referrals/{referred}", REFERRED),
    Deed("GET", "/referrals/{referred}/events", REFERRED),
    Deed("GET", "/referrals/{referred}/feedback", "200 200 404 403 200 404 404 404 404"),
    Deed("GET", "/referrals/{finished}/message", "200 403 404 403 200 404 404 404 404"),
    Deed("PATCH", "/referrals/{referral_draft}", ASSIGNED, {"urgency": "this_week"}, "referral_draft"),
    Deed("PUT", "/referrals/{taken}/owner", "200 403 404 200 403 404 404 404 404", {"ownerId": "{colleague}"}, "taken"),
    Deed("POST", "/referrals/{referral_draft}/submission", made(ASSIGNED), {}, "referral_draft"),
    Deed("POST", "/referrals/{referred}/acceptance", DECIDED, {}, "referred"),
    Deed("POST", "/referrals/{outward}/acceptance", "403 403 404 403 201 404 404 404 404", {}, "outward"),
    Deed("POST", "/referrals/{referred}/refusal", DECIDED, {"reason": "no_place"}, "referred"),
    Deed("POST", "/referrals/{taken}/attempts", CARRIED, {"reached": True}, "taken"),
    Deed("POST", "/referrals/{taken}/pauses", CARRIED, {"reason": "waiting_list", "reviewOn": LATER}, "taken"),
    Deed("POST", "/referrals/{paused}/resumption", CARRIED, None, "paused"),
    Deed("POST", "/referrals/{taken}/reroutings", CARRIED, rerouting, "taken"),
    Deed("POST", "/referrals/{taken}/outcome", CARRIED, {"outcome": "helped"}, "taken"),
    Deed("POST", "/referrals/{taken}/withdrawal", "201 403 404 403 201 404 404 404 404", {}, "taken"),
    Deed("POST", "/referrals/{referred}/error", "403 403 404 403 201 404 404 404 404", {"reason": "other"}, "referred"),
    Deed(
        "PUT", "/referrals/{taken}/resident", "200 403 404 403 403 404 404 404 404", {"residentId": "{geert}"}, "taken"
    ),
    # Figures
    Deed("GET", "/statistics/tables", ALL, open=True),
    Deed("GET", "/statistics/releases", ALL, open=True),
    Deed("GET", "/statistics/releases/{open_period}", ALL, open=True),
    Deed("GET", "/statistics/releases/{open_period}/figures", ALL, open=True),
    Deed("GET", "/statistics/releases/{open_period}/figures/{figures_form}", ALL, open=True),
    Deed("GET", "/statistics/releases/{open_period}/tables/{figures_table}", ALL, open=True),
    Deed("GET", "/statistics/releases/{open_period}/tables/{figures_table}/{figures_form}", ALL, open=True),
    Deed("GET", "/statistics/releases/{open_period}/report", ALL, open=True),
    Deed("GET", "/statistics/catalogue", ALL, open=True),
]
