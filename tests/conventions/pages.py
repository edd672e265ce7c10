"""Role × page: what every page and every form answers to everybody, held against the real answers.

A form does what an operation of the API does, so its row names that operation and takes over who may, and what is sent;
where the page answers otherwise the row says so. A deed that was done answers 303, to everybody without scripts too.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic.alias_generators import to_snake

from tests.conventions.deeds import (
    ALL,
    ASSIGNED,
    BOTH,
    DEEDS,
    HOLD,
    KEPT,
    LATER,
    OWN_RECORD,
    SEATED,
    SEATED_LIST,
    TEAM,
    TODAY,
    TRACKED,
    WHO,
    Deed,
    scale,
)

ADMIN = "403 403 403 403 403 403 403 403 200"
ADMIN_HIDDEN = "404 404 404 404 404 404 404 404 200"
OWN_NEED = "200 403 404 403 404 404 404 404 404"
OWN = "200 404 404 404 404 404 404 404 404"
WORKERS = "200 200 200 403 403 403 403 403 403"
TEAMS = "200 200 200 200 403 403 403 403 403"
INSTITUTIONS = "200 200 200 200 403 404 403 404 200"

EXPORTED = json.dumps(scale).replace("{", "{{").replace("}", "}}")
"""A scale as a file that was exported, with its braces as `filled` wants them."""

A_TURN: dict[str, Any] = {"turns": "", "side": ["resident"], "who": ["Bewoners"], "minutes": ["5"]}


@dataclass(frozen=True)
class PageDeed:
    """One page or one form."""

    method: str
    path: str
    answers: str
    form: dict[str, Any] = field(default_factory=dict)
    version_of: str = ""
    open: bool = False
    note: str = ""

    def answer_to(self, who: str) -> int:
        """Return the expected status."""
        return int(self.answers.split()[WHO.index(who)])


def page(path: str, answers: str, *, open: bool = False, note: str = "") -> PageDeed:
    """Return the row of a page to look at."""
    return PageDeed("GET", path, answers, open=open, note=note)


def form(path: str, like: str, answers: str = "", note: str = "", **fields: Any) -> PageDeed:
    """Return the row of a form that does what the operation `like` does; `fields` stand above what that one is sent."""
    deed = _deed(like, note)
    sent = {to_snake(name): _plain(value) for name, value in (deed.body or {}).items() if value is not None}
    told = answers or " ".join("303" if status.startswith("2") else status for status in deed.answers.split())
    return PageDeed("POST", path, told, sent | fields, deed.version_of, note=note)


def _deed(like: str, note: str) -> Deed:
    found = [deed for deed in DEEDS if f"{deed.method} {deed.path}" == like and (not note or deed.note == note)]
    return found[0]


def _plain(value: Any) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else value


PAGES: list[PageDeed] = [
    page("/", "303 303 303 303 303 303 303 303 303", open=True),
    page("/health/live", ALL, open=True),
    page("/health/ready", ALL, open=True),
    page("/sign-in", ALL, open=True),
    page("/accessibility", ALL, open=True),
    page("/privacy", ALL, open=True),
    page("/public", ALL, open=True),
    page("/public/{here}", ALL, open=True),
    page("/public/{here}/commitments/{shown}", ALL, open=True),
    page("/public/{here}/feed.atom", ALL, open=True),
    page("/public/{here}/ledger.json", ALL, open=True),
    page("/public/{here}/picture.png", ALL, open=True),
    page("/public/{here}/voices/new?commitment_id={shown}", ALL, open=True),
    PageDeed(
        "POST",
        "/public/{here}/voices",
        "201 201 201 201 201 201 201 201 201",
        {"kind": "question", "words": "Wanneer begint het?", "commitment_id": "{shown}"},
        open=True,
    ),
    page("/answers", ALL, open=True),
    PageDeed("POST", "/answers", ALL, {"code": "{voice_code}"}, open=True),
    page("/judge", ALL, open=True),
    page("/judge/thanks", ALL, open=True),
    PageDeed("POST", "/judge", ALL, {"code": "{slip_code}"}, open=True),
    PageDeed(
        "POST",
        "/judge/verdicts",
        "303 303 303 303 303 303 303 303 303",
        {"code": "{slip_code}", "verdict": "partly"},
        open=True,
    ),
    page("/commitments/{slipped}/slips", "200 200 404 200 403 404 404 404 404"),
    form(
        "/commitments/{reported}/slips",
        "POST /commitments/{reported}/slip-rounds",
        "201 201 404 403 403 404 404 404 404",
    ),
    form(
        "/slip-rounds/{slip_round}/slips", "POST /slip-rounds/{slip_round}/slips", "201 201 404 403 404 404 404 404 404"
    ),
    form("/slip-rounds/{slip_round}/closing", "POST /slip-rounds/{slip_round}/closing"),
    page("/slip-rounds/{slip_round}/reminder", TEAM),
    page("/voices", TEAMS),
    page("/voices/{voice}", TEAM),
    form("/voices/{voice}/answers", "POST /voices/{voice}/answers"),
    page("/own-account/password", ALL),
    form("/own-account/password", "PUT /own-account/password"),
    # Neighbourhoods
    page("/neighbourhoods", TEAMS),
    page("/neighbourhoods/{here}", "200 200 404 200 404 404 403 403 404"),
    # The neighbourhood as a place
    page("/neighbourhoods/{here}/logbook", TEAM),
    form("/neighbourhoods/{here}/logbook", "POST /areas/{here}/logbook-entries"),
    page("/logbook-entries/{logbook_entry}/edit", TEAM),
    form(
        "/logbook-entries/{logbook_entry}",
        "PATCH /logbook-entries/{logbook_entry}",
        kind="works",
        happened_on=TODAY,
    ),
    form("/logbook-entries/{logbook_entry}/removal", "DELETE /logbook-entries/{logbook_entry}"),
    page("/neighbourhoods/{here}/place", TEAM),
    form("/neighbourhoods/{here}/place", "POST /areas/{here}/place-features"),
    page("/place-features/{place_feature}/edit", TEAM),
    form("/place-features/{place_feature}", "PATCH /place-features/{place_feature}", kind="asset", since_on=TODAY),
    form("/place-features/{place_feature}/removal", "DELETE /place-features/{place_feature}"),
    page("/neighbourhoods/{here}/photos", TEAM),
    form("/neighbourhoods/{here}/photos", "POST /areas/{here}/photos"),
    page("/photos/{photo}/edit", TEAM),
    form("/photos/{photo}", "PATCH /photos/{photo}"),
    page("/neighbourhoods/{here}/map", "200 200 404 200 404 404 200 404 404"),
    page("/map", "200 200 200 200 403 403 200 403 403"),
    page("/areas/map", ADMIN),
    PageDeed("POST", "/areas/map", "403 403 403 403 403 403 403 403 400", note="without a file"),
    # Day
    page("/day", "200 200 200 200 403 403 403 403 403"),
    # On the way
    page("/on-the-way", WORKERS),
    page("/on-the-way/shell?lang=nl", ALL, open=True),
    page("/on-the-way/things", WORKERS),
    form(
        "/on-the-way/sendings",
        "POST /residents/{geert}/contacts",
        "201 403 404 403 403 403 403 403 403",
        sends="contact",
        subject="{geert}",
    ),
    page("/sw.js?lang=nl", ALL, open=True),
    page("/manifest.webmanifest", ALL, open=True),
    # Residents
    page("/residents", "200 200 200 403 403 403 403 200 403"),
    page("/residents/new", WORKERS),
    form("/residents", "POST /residents"),
    page("/residents/{geert}", OWN_RECORD),
    page("/residents/{geert}/edit", OWN_RECORD),
    form("/residents/{geert}/edit", "PATCH /residents/{geert}"),
    page("/residents/{geert}/level", OWN_RECORD),
    form("/residents/{geert}/level", "PUT /residents/{geert}/level"),
    form("/residents/{geert}/workers", "POST /residents/{geert}/workers"),
    form(
        "/residents/{ria}/workers/{stand_in}/release",
        "DELETE /residents/{ria}/workers/{stand_in}",
    ),
    form("/residents/{twin}/consents", "POST /residents/{twin}/consents"),
    form("/residents/{geert}/consents/{consent}/withdrawal", "DELETE /residents/{geert}/consents/{consent}"),
    page("/residents/{geert}/restriction", "200 403 404 404 404 404 404 200 404"),
    form("/residents/{geert}/restriction", "PUT /residents/{geert}/restriction"),
    form("/residents/{geert}/restriction/end", "DELETE /residents/{geert}/restriction"),
    page("/residents/{geert}/merge", OWN_RECORD),
    form("/residents/{geert}/merge", "POST /residents/{geert}/merges"),
    page("/residents/{geert}/erasure", "200 403 404 404 404 404 404 200 404"),
    form("/residents/{geert}/erasure", "DELETE /residents/{geert}", sure="true"),
    # Contacts and promises
    page("/residents/{geert}/contacts", OWN_RECORD),
    form("/residents/{geert}/contacts", "POST /residents/{geert}/contacts"),
    page("/contacts/{contact}/strike", OWN_RECORD),
    form("/contacts/{contact}/strike", "POST /contacts/{contact}/corrections", only="true"),
    form("/residents/{geert}/promises", "POST /residents/{geert}/promises"),
    form("/promises/{promise}/settlement", "PUT /promises/{promise}/outcome"),
    # Lifeworld
    page("/residents/{geert}/lifeworld", OWN_RECORD),
    form("/residents/{geert}/sketch-lines", "POST /residents/{geert}/sketch-lines"),
    form("/residents/{geert}/assets", "POST /residents/{geert}/assets"),
    page("/sketch-lines/{line}/strike", OWN_RECORD),
    form("/sketch-lines/{line}/strike", "POST /sketch-lines/{line}/corrections", words="Het gaat goed"),
    page("/assets/{asset}/strike", OWN_RECORD),
    form("/assets/{asset}/strike", "POST /assets/{asset}/corrections", words="Kan goed lassen"),
    page("/residents/{geert}/sheet", OWN_RECORD),
    form("/residents/{geert}/phase", "POST /residents/{geert}/phase"),
    form("/residents/{geert}/exploring", "POST /residents/{geert}/exploring"),
    # Needs
    page("/residents/{geert}/needs/new", OWN_RECORD),
    form("/residents/{geert}/needs", "POST /residents/{geert}/needs"),
    page("/needs/{need}", OWN_NEED),
    page("/needs/{need}/layers/new", OWN_NEED),
    form("/needs/{need}/layers", "POST /needs/{need}/layers"),
    page("/needs/{need}/layers/{layer}", OWN_NEED),
    form("/needs/{need}/layers/{layer}/confirmations", "POST /needs/{need}/layers/{layer}/confirmations"),
    form("/needs/{need}/layers/{layer}/strike", "DELETE /needs/{need}/layers/{layer}"),
    form("/needs/{need}/layers/{stated}/sharing", "POST /needs/{need}/layers/{stated}/sharing"),
    page("/needs/{need}/decisions/new", OWN_NEED),
    form("/needs/{need}/decisions", "POST /needs/{need}/decisions"),
    form(
        "/needs/{need}/themes",
        "POST /themes/{other_theme}/needs",
        "303 403 404 403 404 404 404 404 404",
        theme_id="{other_theme}",
    ),
    page("/needs/{need}/ending", OWN_NEED),
    form("/needs/{need}/ending", "PUT /needs/{need}/ending"),
    form("/needs/{need}/reopening", "DELETE /needs/{need}/ending"),
    # Outreach
    page("/rounds", TEAMS),
    page("/rounds/new?area_id={here}", WORKERS),
    form("/rounds", "POST /rounds", kind="doors"),
    page("/rounds/{round}", TEAM),
    page("/rounds/{round}/edit", "200 200 404 403 404 404 404 404 404"),
    form(
        "/rounds/{round}",
        "PATCH /rounds/{round}",
        kind="doors",
        where="Molenstraat",
        held_on=TODAY,
        opened="9",
        talked="5",
        no_thanks="1",
        weighing="Niemand kent ons hier",
        place_note="Geen licht",
        with_whom="Kees van de buurtwacht",
    ),
    form("/rounds/{round}/tallies", "POST /rounds/{round}/tallies", by="1"),
    form("/rounds/{round}/ending", "POST /rounds/{round}/ending", weighing="Niemand kent ons hier"),
    form("/rounds/{round}/no-rings", "POST /no-rings", "303 303 404 403 404 404 404 404 404", number="16"),
    form("/rounds/{round}/no-rings/lifting", "POST /no-rings/liftings", "303 303 404 403 404 404 404 404 404"),
    # Themes
    page("/themes", TEAMS),
    page("/themes/new?area_id={here}", TEAMS),
    form("/themes", "POST /themes"),
    form(
        "/themes/links",
        "POST /themes/{other_theme}/needs",
        "303 403 404 403 403 403 403 403 403",
        need_ids=["{need}"],
        theme_id="{other_theme}",
        area_id="{here}",
    ),
    # Suggestions and introductions
    page("/suggestions", TEAMS),
    page("/suggestions/{suggestion}", TEAM),
    form(
        "/suggestions/{suggestion}/taking-up",
        "POST /suggestions/{suggestion}/taking-up",
        choice="new",
    ),
    form("/suggestions/{suggestion}/dismissal", "PUT /suggestions/{suggestion}/dismissal"),
    form("/suggestions/{taken}/links", "POST /suggestions/{taken}/links"),
    page("/introductions/{introduction}", TEAM),
    form("/themes/{shared_theme}/introductions", "POST /themes/{shared_theme}/introductions"),
    form(
        "/introductions/{introduction}/answers/{introduced}",
        "PUT /introductions/{introduction}/answers/{introduced}",
    ),
    form("/introductions/{introduction}/ending", "PUT /introductions/{introduction}/ending"),
    page("/themes/{theme}", TEAM),
    page("/themes/{theme}/edit", TEAM),
    form("/themes/{theme}", "PATCH /themes/{theme}", life_area="housing"),
    form("/themes/{theme}/closing", "PUT /themes/{theme}/closing"),
    form("/themes/{other_theme}/needs", "POST /themes/{other_theme}/needs"),
    form("/themes/{theme}/needs/{need}/unlinking", "DELETE /themes/{theme}/needs/{need}"),
    form(
        "/themes/{other_theme}/initiatives",
        "POST /initiatives/{initiative}/themes",
        initiative_id="{initiative}",
    ),
    form("/themes/{theme}/initiatives/{initiative}/unlinking", "DELETE /initiatives/{initiative}/themes/{theme}"),
    # Initiatives
    page("/initiatives", TEAMS),
    page("/initiatives/new?area_id={here}", TEAMS),
    form("/initiatives", "POST /initiatives", phase="idea"),
    page("/initiatives/{initiative}", TEAM),
    page("/initiatives/{initiative}/edit", TEAM),
    form(
        "/initiatives/{initiative}",
        "PATCH /initiatives/{initiative}",
        title="Molenbuurt Warm",
        origin="together",
        joined_existing="false",
    ),
    form("/initiatives/{initiative}/next-step", "PATCH /initiatives/{initiative}"),
    form("/initiatives/{initiative}/phases", "POST /initiatives/{initiative}/phases"),
    page("/initiatives/{initiative}/participants/new", "200 200 404 403 404 404 404 404 404"),
    form("/initiatives/{initiative}/participants", "POST /initiatives/{initiative}/participants"),
    form(
        "/initiatives/{initiative}/participants/{participant}/ending",
        "DELETE /initiatives/{initiative}/participants/{participant}",
    ),
    form("/initiatives/{initiative}/aims", "POST /initiatives/{initiative}/aims"),
    form("/initiatives/{initiative}/aims/{aim}/attainment", "PUT /initiatives/{initiative}/aims/{aim}/attainment"),
    form("/initiatives/{initiative}/themes", "POST /initiatives/{initiative}/themes"),
    form("/initiatives/{initiative}/themes/{theme}/unlinking", "DELETE /initiatives/{initiative}/themes/{theme}"),
    # The page of an initiative for residents
    page("/initiatives/{drafted}/page", TEAM),
    page("/initiatives/{drafted}/page/edit", TEAM),
    form("/initiatives/{initiative}/page", "POST /initiatives/{initiative}/page"),
    form("/initiatives/{drafted}/page/edit", "PATCH /initiatives/{drafted}/page"),
    form("/initiatives/{drafted}/page/publication", "PUT /initiatives/{drafted}/page/publication"),
    form("/initiatives/{shown_initiative}/page/withdrawal", "DELETE /initiatives/{shown_initiative}/page/publication"),
    page("/initiatives/{shown_initiative}/page/poster", TEAM),
    page("/i/{initiative_code}", ALL, open=True),
    # Tasks, money, and how far the group is
    page("/initiatives/{initiative}/tasks", TEAM),
    form("/initiatives/{initiative}/tasks", "POST /initiatives/{initiative}/tasks"),
    page("/tasks/{task}", TEAM),
    form("/tasks/{task}", "PATCH /tasks/{task}"),
    form("/tasks/{task}/uptake", "PUT /tasks/{task}/uptake"),
    form("/tasks/{taken_task}/letting-go", "DELETE /tasks/{taken_task}/uptake"),
    form("/tasks/{task}/completion", "PUT /tasks/{task}/completion"),
    form("/tasks/{task}/dropping", "PUT /tasks/{task}/dropping"),
    form("/tasks/{done_task}/reopening", "POST /tasks/{done_task}/reopenings"),
    page("/initiatives/{initiative}/budget", TEAM),
    page("/initiatives/{initiative}/budget.csv", TEAM),
    form(
        "/initiatives/{initiative}/budget-lines",
        "POST /initiatives/{initiative}/budget-lines",
        amount="12,50",
        booked_on=TODAY,
    ),
    page("/budget-lines/{budget_line}", TEAM),
    form(
        "/budget-lines/{budget_line}",
        "PATCH /budget-lines/{budget_line}",
        kind="cost",
        what="Koffie",
        amount="12,50",
        booked_on=TODAY,
    ),
    form("/budget-lines/{budget_line}/removal", "DELETE /budget-lines/{budget_line}"),
    page("/aims/{aim}", TEAM),
    form("/aims/{aim}/scores", "POST /aims/{aim}/scores", level="0"),
    form("/aims/{aim}/scores/{aim_score}/removal", "DELETE /aims/{aim}/scores/{aim_score}"),
    # Groups
    page("/groups", TEAMS),
    page("/groups/new", TEAMS),
    form("/groups", "POST /groups"),
    page("/groups/{group}", TEAM),
    page("/groups/{group}/edit", TEAM),
    form("/groups/{group}", "PATCH /groups/{group}", homes="34"),
    form("/groups/{group}/ending", "PUT /groups/{group}/ending"),
    page("/groups/{group}/members/new", "200 200 404 403 404 404 404 404 404"),
    form("/groups/{group}/members", "POST /groups/{group}/members", part="member"),
    form("/groups/{group}/members/{group_member}/ending", "DELETE /groups/{group}/members/{group_member}"),
    # Institutions
    page("/institutions", "200 200 200 200 200 200 200 403 200"),
    page("/institutions/new", "200 200 200 200 403 403 403 403 200"),
    form("/institutions", "POST /institutions"),
    page("/institutions/{corporation}", "200 200 200 200 200 404 200 404 200"),
    page("/institutions/{corporation}/edit", INSTITUTIONS),
    form("/institutions/{corporation}", "PATCH /institutions/{corporation}", kind="housing_corporation"),
    page("/institutions/{corporation}/contacts/new", INSTITUTIONS),
    form("/institutions/{corporation}/contacts", "POST /institutions/{corporation}/contacts"),
    page("/institutions/{corporation}/contacts/{person}/edit", INSTITUTIONS.replace("404", "403")),
    form(
        "/institutions/{corporation}/contacts/{person}",
        "PATCH /institutions/{corporation}/contacts/{person}",
        name="Joost Hendriks",
        mandate="operational",
    ),
    form(
        "/institutions/{corporation}/contacts/{person}/departure",
        "PUT /institutions/{corporation}/contacts/{person}/departure",
    ),
    page("/portal", "403 403 403 403 200 200 403 403 403"),
    # Areas
    page("/areas", ADMIN),
    page("/areas/new", ADMIN),
    form("/areas", "POST /areas"),
    page("/areas/{here}/edit", ADMIN),
    form("/areas/{here}", "PATCH /areas/{here}"),
    # Asks
    page("/asks", "200 200 200 200 200 200 403 403 403"),
    page("/asks/new?initiative_id={initiative}", TEAMS),
    form("/asks", "POST /asks", voiced_by="residents"),
    page("/asks/{asked}", "200 200 404 200 200 404 404 404 404"),
    page("/asks/{draft}/edit", TEAM),
    form("/asks/{draft}", "PATCH /asks/{draft}", institution_id="{corporation}", voiced_by="residents"),
    form("/asks/{draft}/removal", "DELETE /asks/{draft}"),
    page("/asks/{draft}/submission", TEAM),
    form("/asks/{draft}/submission", "POST /asks/{draft}/submission"),
    page("/asks/{evaded}/repetitions", "200 200 404 200 403 404 404 404 404"),
    form("/asks/{evaded}/repetitions", "POST /asks/{evaded}/repetitions"),
    page("/asks/{evaded}/escalations", "200 200 404 200 403 404 404 404 404"),
    form("/asks/{evaded}/escalations", "POST /asks/{evaded}/escalations"),
    page("/asks/{asked}/answers", "200 200 404 200 200 404 404 404 404"),
    form("/asks/{asked}/answers", "POST /asks/{asked}/answers"),
    page("/asks/{evaded}/corrections", "200 200 404 200 409 404 404 404 404"),
    form("/asks/{evaded}/corrections", "POST /asks/{evaded}/corrections"),
    page("/asks/{evaded}/closure", "200 200 404 200 403 404 404 404 404"),
    form("/asks/{evaded}/closure", "POST /asks/{evaded}/closure"),
    page("/asks/{answered}/letters/{letter}", "200 200 404 200 403 404 404 404 404"),
    # Commitments
    # Consultation
    page("/forums", SEATED_LIST),
    page("/forums/new", TEAMS),
    form("/forums", "POST /forums"),
    page("/forums/{forum}", SEATED),
    page("/forums/{forum}/edit", HOLD),
    form("/forums/{forum}", "PATCH /forums/{forum}", name="Wijkoverleg", rhythm="monthly"),
    form("/forums/{forum}/ending", "POST /forums/{forum}/ending"),
    form("/forums/{forum}/members", "POST /forums/{forum}/members", who="institution:{other_institution}"),
    form("/forums/{forum}/members/{seat}/ending", "DELETE /forums/{forum}/members/{seat}"),
    form("/forums/{forum}/calendar-address", "POST /forums/{forum}/calendar-address"),
    page("/forum-calendars/{forum_calendar}.ics", ALL, open=True),
    page("/meetings/new?forum_id={forum}", "200 200 404 200 403 403 403 403 403"),
    form("/meetings", "POST /meetings", "303 303 404 303 403 403 403 403 403"),
    page("/meetings/{meeting}", SEATED),
    page("/meetings/{meeting}/edit", HOLD),
    form("/meetings/{meeting}", "PATCH /meetings/{meeting}", starts_at="2026-04-22T19:30", minutes="60"),
    form("/meetings/{meeting}/cancellation", "POST /meetings/{meeting}/cancellation"),
    form("/meetings/{meeting}/invitations", "POST /meetings/{meeting}/invitations"),
    form("/meetings/{meeting_of_today}/opening", "POST /meetings/{meeting_of_today}/opening"),
    form("/meetings/{going_on}/closing", "POST /meetings/{going_on}/closing"),
    form("/meetings/{meeting}/agenda", "POST /meetings/{meeting}/agenda"),
    form("/meetings/{meeting}/agenda-items", "POST /meetings/{meeting}/agenda-items"),
    form(
        "/meetings/{going_on}/agenda-items/{own_item}/place",
        "PUT /meetings/{going_on}/agenda-items/{own_item}/place",
    ),
    form(
        "/meetings/{going_on}/agenda-items/{own_item}/removal",
        "DELETE /meetings/{going_on}/agenda-items/{own_item}",
    ),
    page("/meetings/{going_on}/now", HOLD),
    PageDeed(
        "POST",
        "/meetings/{going_on}/agenda-items/{asked_item}/events/answered",
        HOLD.replace("200", "303"),
        {"answer": "evasive", "words": "Nemen we mee", "mandate": "policy"},
        "asked",
    ),
    form(
        "/meetings/{going_on}/agenda-items/{own_item}/outcome",
        "PUT /meetings/{going_on}/agenda-items/{own_item}/outcome",
    ),
    form("/meetings/{going_on}/actions", "POST /meetings/{going_on}/actions"),
    form(
        "/meetings/{going_on}/actions/{meeting_action}/completion",
        "POST /meetings/{going_on}/actions/{meeting_action}/completion",
    ),
    PageDeed("POST", "/meetings/{going_on}/attendance", HOLD.replace("200", "303"), {"persons.residents": "11"}),
    page("/meetings/{going_on}/minutes", SEATED),
    page("/meetings/{closed_meeting}/publication", HOLD),
    form("/meetings/{closed_meeting}/publication", "PUT /meetings/{closed_meeting}/publication"),
    form("/meetings/{public_meeting}/publication/ending", "DELETE /meetings/{public_meeting}/publication"),
    page("/meetings/{meeting}/meeting.ics", SEATED),
    page("/public/meetings/{public_meeting}", ALL, open=True),
    page("/commitments/{overdue}/escalations/new", HOLD),
    form("/commitments/{overdue}/escalations", "POST /commitments/{overdue}/escalations"),
    page("/tracks", "200 200 200 200 200 200 403 403 403"),
    page("/tracks/new?group_id={group}", TEAMS),
    form("/tracks", "POST /tracks"),
    page("/tracks/{track}", "200 200 404 200 200 404 404 404 404"),
    page("/tracks/{track}/edit", TRACKED),
    form("/tracks/{track}", "PATCH /tracks/{track}"),
    form("/tracks/{track}/ending", "PUT /tracks/{track}/ending"),
    page("/tracks/{track}/events/new?kind=advised", TRACKED),
    form("/tracks/{track}/events", "POST /tracks/{track}/events"),
    form("/tracks/{track}/events/{track_event}/strike", "DELETE /tracks/{track}/events/{track_event}"),
    page("/agreements", "200 200 200 200 200 200 403 200 403"),
    page("/agreements/new", TEAMS),
    form("/agreements", "POST /agreements"),
    page("/agreements/{agreement}", "200 200 404 200 200 404 404 200 404"),
    page("/agreements/{agreement}/edit", KEPT),
    form(
        "/agreements/{agreement}",
        "PATCH /agreements/{agreement}",
        title="Anders",
        shares="Planning",
        ground="Geen persoonsgegevens",
        valid_until=LATER,
    ),
    form("/agreements/{agreement}/ending", "POST /agreements/{agreement}/ending"),
    page("/commitments", "200 200 200 200 200 200 200 403 403"),
    page("/commitments/new?ask_id={answered}", "200 200 404 200 403 403 403 403 403"),
    form("/commitments", "POST /commitments"),
    page("/commitments/{proposed}", "200 200 404 200 200 404 404 404 404"),
    page("/commitments/{proposed}/events/confirmed", "200 200 404 200 200 404 404 404 404"),
    form("/commitments/{proposed}/events/confirmed", "POST /commitments/{proposed}/events", note="confirmed"),
    form("/commitments/{broken}/events/reopened", "POST /commitments/{broken}/events", note="reopened"),
    form("/commitments/{proposed}/events/published", "POST /commitments/{proposed}/events", note="published"),
    form("/commitments/{proposed}/events/claimed", "POST /commitments/{proposed}/events", note="claimed"),
    form("/commitments/{proposed}/events/withdrawn", "POST /commitments/{proposed}/events", note="withdrawn"),
    form("/commitments/{proposed}/events/contested", "POST /commitments/{proposed}/events", note="contested"),
    form(
        "/commitments/{proposed}/events/moved",
        "POST /commitments/{proposed}/events",
        note="moved",
        happened_on=TODAY,
        due_on=LATER,
        residents_agreed="false",
        answers="303 303 404 303 303 404 404 404 404",
    ),
    form("/commitments/{claimed}/events/window_closed", "POST /commitments/{claimed}/events", note="window_closed"),
    page("/commitments/{claimed}/verdicts/new", "200 200 404 403 403 404 404 404 404"),
    form(
        "/commitments/{claimed}/verdicts",
        "POST /commitments/{claimed}/verdicts",
        witness_1="{geert}",
        witness_2="{ria}",
    ),
    # Evidence
    form("/commitments/{proposed}/claims", "POST /commitments/{proposed}/events", note="claimed"),
    page("/commitments/{proposed}/evidence/new", "200 200 404 200 200 404 404 404 404"),
    page("/commitments/{shown}/evidence/new", "200 200 404 200 200 404 403 404 404", note="published"),
    form(
        "/commitments/{proposed}/evidence",
        "POST /commitments/{proposed}/evidence",
        "400 400 404 400 400 404 404 404 404",
        caption="De ramen",
    ),
    page("/evidence/{evidence}", "200 200 404 200 200 404 404 404 404"),
    form("/evidence/{evidence}/removal", "DELETE /evidence/{evidence}"),
    # The bond of trust
    page("/residents/{geert}/trust", OWN_RECORD),
    form("/residents/{geert}/relationships", "POST /residents/{geert}/relationships"),
    form("/residents/{geert}/signals", "POST /residents/{geert}/signals"),
    page("/signals", WORKERS),
    page("/signals/{signal}", OWN_RECORD),
    form("/signals/{signal}/answers", "POST /signals/{signal}/answers"),
    page("/handovers", WORKERS),
    page("/handovers/{handover}", BOTH),
    form("/residents/{ria}/handovers", "POST /residents/{ria}/handovers"),
    form(
        "/handovers/{handover}/agreements",
        "POST /handovers/{handover}/agreements",
        starts_at=f"{LATER}T10:00",
        minutes="60",
    ),
    form("/handovers/{handover}/refusal", "POST /handovers/{handover}/refusal"),
    form("/handovers/{handover}/cancellation", "POST /handovers/{handover}/cancellation"),
    form("/handovers/{visited}/completion", "POST /handovers/{visited}/completion"),
    # Appointments
    page("/appointments", TEAMS),
    page("/appointments/new", TEAMS),
    form("/appointments", "POST /appointments", whom="area:{here}", starts_at=f"{LATER}T10:00"),
    page("/appointments/{appointment}", OWN),
    form("/appointments/{appointment}", "PATCH /appointments/{appointment}", starts_at=f"{LATER}T10:00"),
    form("/appointments/{appointment}/cancellation", "PUT /appointments/{appointment}/cancellation"),
    page("/appointments/{appointment}/card", OWN),
    page("/calendar-address", TEAMS),
    form("/calendar-address", "POST /calendar-address", TEAMS),
    form("/calendar-address/ending", "DELETE /calendar-address"),
    page("/calendar/{calendar}.ics", ALL, open=True),
    # Network, goals, scales and compass
    page("/residents/{geert}/network", OWN_RECORD),
    form("/residents/{geert}/ties", "POST /residents/{geert}/ties"),
    page("/ties/{tie}/edit", OWN_RECORD),
    form("/ties/{tie}/edit", "PATCH /ties/{tie}"),
    form("/ties/{tie}/ending", "PUT /ties/{tie}/ending"),
    page("/residents/{geert}/goals", OWN_RECORD),
    form("/residents/{geert}/goals", "POST /residents/{geert}/goals", now="Ik zit", need_id="{need}"),
    form("/goals/{goal}/scores", "POST /goals/{goal}/scores"),
    form("/goals/{goal}/ending", "PUT /goals/{goal}/ending"),
    page("/scales", ADMIN),
    page("/scales/new", ADMIN),
    form("/scales", "POST /scales", levels="1 | onrustig | restless\n2 | rustig | calm | Slaapt goed | Sleeps well"),
    form("/scales/imports", "POST /scales", levels="", definition=EXPORTED),
    page("/scales/{ladder}", "200 200 200 404 404 404 404 404 200"),
    page("/scales/{ladder}/definition", "200 200 200 404 404 404 404 404 200"),
    form("/scales/{ladder}/use", "PUT /scales/{ladder}/use"),
    page("/residents/{geert}/scales", OWN_RECORD),
    form("/residents/{geert}/scale-scores", "POST /residents/{geert}/scale-scores"),
    page("/neighbourhoods/{here}/compass", "200 200 404 200 403 403 403 403 403"),
    page("/residents/{geert}/compass", OWN_RECORD),
    # Double activation
    page("/double-activation", "200 200 200 200 403 403 200 403 403"),
    page("/neighbourhoods/{here}/double-activation", "200 200 404 200 403 403 200 403 403"),
    # My part and their part
    page("/residents/{geert}/shares", OWN_RECORD),
    page("/residents/{ria}/shares", "200 403 404 404 404 404 404 403 404", note="the colleague stands in"),
    form("/residents/{geert}/shares", "POST /residents/{geert}/own-shares"),
    page("/residents/{geert}/shares/sheet", OWN_RECORD),
    form("/own-shares/{share}/strike", "DELETE /own-shares/{share}"),
    page("/own-shares/{share}/asks/new", ASSIGNED),
    form("/own-shares/{share}/asks", "POST /own-shares/{share}/asks"),
    # Learning by doing
    page("/residents/{geert}/steps", OWN_RECORD),
    form("/residents/{geert}/steps", "POST /learning-steps", OWN_RECORD.replace("200", "303"), note="a resident"),
    form("/needs/{need}/steps", "POST /learning-steps", "303 403 404 403 404 404 404 404 404", note="a resident"),
    page("/initiatives/{initiative}/steps", TEAM),
    form("/initiatives/{initiative}/steps", "POST /learning-steps", TEAM.replace("200", "303"), note="an initiative"),
    page("/neighbourhoods/{here}/learning", "200 200 404 200 403 403 403 403 403"),
    form("/learning-steps/{step}/strike", "DELETE /learning-steps/{step}"),
    form("/learning-steps/{open_step}/strike", "DELETE /learning-steps/{open_step}"),
    # Practice
    page("/residents/{geert}/practice", OWN_RECORD),
    form("/residents/{geert}/practice", "POST /residents/{geert}/practice-moments"),
    page("/practice-moments/{practice}", OWN_RECORD),
    page("/practice-moments/{practice}/edit", OWN_RECORD),
    form(
        "/practice-moments/{practice}",
        "PATCH /practice-moments/{practice}",
        scary_thing="Praten voor de groep",
        planned_on=TODAY,
    ),
    form(
        "/practice-moments/{practice}/debrief",
        "PUT /practice-moments/{practice}/debrief",
        debrief="Zachtjes begonnen",
        next_bit_bolder="Voor vier mensen",
    ),
    page("/practice-moments/{practice}/card", OWN_RECORD),
    page("/initiatives/{initiative}/speaking-orders", TEAM),
    page("/initiatives/{initiative}/speaking-orders/new", TEAM),
    form("/initiatives/{initiative}/speaking-orders", "POST /initiatives/{initiative}/speaking-orders", **A_TURN),
    page("/speaking-orders/{order}", TEAM),
    form("/speaking-orders/{order}", "PUT /speaking-orders/{order}", **A_TURN),
    page("/speaking-orders/{order}/sheet", TEAM),
    # Accounts
    page("/accounts", ADMIN),
    page("/accounts/new", ADMIN),
    form("/accounts", "POST /accounts", language="nl"),
    page("/accounts/{colleague}", ADMIN_HIDDEN),
    page("/accounts/{colleague}/edit", ADMIN_HIDDEN),
    form(
        "/accounts/{colleague}/edit",
        "PATCH /accounts/{colleague}",
        display_name="Kees",
        roles=["activator"],
        area_ids=["{here}"],
    ),
    form(
        "/accounts/{colleague}/password",
        "POST /accounts/{colleague}/passwords",
        "404 404 404 404 404 404 404 404 200",
        note="",
    ),
    form("/accounts/{colleague}/ending", "PATCH /accounts/{colleague}"),
    form("/accounts/{colleague}/return", "PATCH /accounts/{colleague}"),
    # Systems of partners
    page("/clients", ADMIN),
    page("/clients/new", ADMIN),
    form("/clients", "POST /clients"),
    page("/clients/{machine}", ADMIN_HIDDEN),
    page("/clients/{machine}/edit", ADMIN_HIDDEN),
    form("/clients/{machine}/edit", "PATCH /clients/{machine}", name="Praktijksysteem"),
    page("/clients/{machine}/keys", ADMIN_HIDDEN),
    form("/clients/{machine}/keys", "PUT /clients/{machine}/keys"),
    form("/clients/{machine}/ending", "DELETE /clients/{machine}"),
    # Reminders
    page("/reminders", TEAMS),
    form("/reminders/{reminder}/hush", "PUT /reminders/{reminder}/hush"),
    form("/reminders/{reminder}/hush/lifting", "DELETE /reminders/{reminder}/hush"),
    page("/reminders/mail", TEAMS),
    form("/reminders/mail", "PUT /reminders/mail"),
    form("/reminders/mail/ending", "DELETE /reminders/mail"),
    # Search: what was found is shown at once, so that what was looked for stands in no address.
    page("/search", ALL),
    form("/search", "POST /searches", ALL),
]

SIGNING = {("POST", "/sign-in"), ("POST", "/sign-out"), ("POST", "/language")}
"""Forms that everybody may send; they have tests of their own."""
