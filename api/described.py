"""The words of the API document, in Dutch and in English, and its examples.

What an operation does stands in its docstring, in English; `dutch.json` has the same in Dutch. The examples are those
that the tests send to the real API (`make documents`).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from bsa.outbox import MessageType

FOLDER = Path(__file__).parent

DESCRIPTION = """\
Buurtgerichte sociale activering: bewoners, vragen, initiatieven, toezeggingen van instellingen en verwijzingen.
Onder `externalDocs` staan de begrippen, de scopes, de weigeringen en de wijzigingen. Moet iets weg of anders, dan staat
dat ten minste zes maanden van tevoren in `Deprecation` en `Sunset`; er zijn nooit meer dan twee hoofdversies tegelijk.

Neighbourhood social activation: residents, needs, initiatives, commitments of institutions and referrals.
Under `externalDocs` are the words, the scopes, the refusals and the changes. What will go or change is told at least
six months ahead in `Deprecation` and `Sunset`; there are never more than two major versions at once.
"""

Words = tuple[str, str]
"""Dutch and English."""

TAGS: dict[str, Words] = {
    "accounts": ("Accounts van medewerkers en het eigen account.", "Accounts of workers, and one's own."),
    "agreements": ("Afspraken over samenwerken met instellingen.", "Agreements on working together with institutions."),
    "aims": ("Doelen van een initiatief, door de groep gescoord.", "Aims of an initiative, scored by the group."),
    "appointments": ("Afspraken in de eigen agenda.", "Appointments in one's own calendar."),
    "areas": ("Gebieden: gemeente, wijk, buurt, complex.", "Areas: municipality, district, neighbourhood, complex."),
    "asks": ("Vragen aan instellingen, en wat zij antwoorden.", "Asks of institutions, and what they answer."),
    "clients": ("Systemen van partners, met hun sleutels.", "Machines of partners, with their keys."),
    "closing a quarter": (
        "Een kwartaal afsluiten: tellen, uitleggen, publiceren; en wat met de gemeente is afgesproken.",
        "Closing a quarter: counting, explaining, publishing; and what was agreed with the municipality.",
    ),
    "commitments": (
        "Toezeggingen van instellingen: het grootboek.",
        "Commitments of institutions: the ledger.",
    ),
    "compass": ("Welke elementen van de werkwijze leven.", "Which elements of the method are alive."),
    "contacts": ("Contacten met bewoners.", "Contacts with residents."),
    "double activation": (
        "Of beide kanten bewegen: bewoners en instellingen.",
        "Whether both sides move: residents and institutions.",
    ),
    "evidence": ("Wat bij een toezegging is laten zien.", "What was shown with a commitment."),
    "forums": ("Overleggen van instellingen en bewoners.", "Forums of institutions and residents."),
    "goals": ("Doelen van een bewoner, in eigen woorden.", "Goals of a resident, in own words."),
    "groups": (
        "Groepen van bewoners, en wat zij volgens de wet mogen.",
        "Groups of residents, and what law gives them.",
    ),
    "initiatives": ("Gezamenlijke initiatieven.", "Collective initiatives."),
    "institutions": ("Instellingen en wie daar werkt.", "Institutions and who works there."),
    "learning by doing": ("Wie het deed: leren door te doen.", "Who did it: learning by doing."),
    "lifeworld": ("De leefwereld van een bewoner.", "The lifeworld of a resident."),
    "meetings": ("Vergaderingen, agenda en verslag.", "Meetings, agenda and minutes."),
    "money": ("Het geld van een initiatief.", "The money of an initiative."),
    "my part and their part": ("Mijn deel en hun deel.", "My part and their part."),
    "needs": ("Vragen van bewoners, in lagen.", "Needs of residents, in layers."),
    "outreach": ("Erop af: rondes langs deuren en plekken.", "Outreach: rounds along doors and places."),
    "places": ("De buurt als plek.", "The neighbourhood as a place."),
    "practice": ("Oefenen voor een spannend moment.", "Practising for a scary moment."),
    "promises": ("Wat medewerkers zelf beloven.", "What workers promise themselves."),
    "public": ("Openbaar: voor iedereen, zonder token.", "Public: for everybody, without a token."),
    "referrals": ("Verwijzingen, heen en terug.", "Referrals, there and back."),
    "reminders": ("Wat op iemand wacht.", "What waits for somebody."),
    "residents": ("Bewoners, voor wie naast hen staat.", "Residents, for those who look after them."),
    "scales": ("Schalen, en scores daarop.", "Scales, and scores on them."),
    "search": ("Zoeken in wat men mag lezen.", "Searching in what one may read."),
    "slips": ("Briefjes waarmee bewoners oordelen.", "Slips by which residents judge."),
    "statistics": ("Cijfers voor iedereen: open data.", "Figures for everybody: open data."),
    "subscriptions": ("Abonnementen op berichten, en de bezorging.", "Subscriptions to messages, and delivery."),
    "suggestions": ("Vragen die op elkaar lijken.", "Needs that look alike."),
    "tasks": ("Taken van een initiatief.", "Tasks of an initiative."),
    "themes": ("Thema’s die meer dan één bewoner raken.", "Themes that more than one resident shares."),
    "ties": ("Wie er om een bewoner heen staat.", "Who is around a resident."),
    "tracks": ("Trajecten met wettelijke termijnen.", "Tracks with terms by law."),
    "trust": ("Vertrouwen, signalen en overdracht.", "Trust, signals and handing over."),
    "voices": ("Klachten, correcties en vragen van iedereen.", "Complaints, corrections and questions of anybody."),
}

KEYS: dict[str, Words] = {
    "account": ("het account", "the account"),
    "action": ("de actie na de vergadering", "the action after the meeting"),
    "agreement": ("de samenwerkingsafspraak", "the agreement"),
    "aim": ("het doel van het initiatief", "the aim of the initiative"),
    "appointment": ("de afspraak", "the appointment"),
    "area": ("het gebied", "the area"),
    "ask": ("de vraag aan een instelling", "the ask"),
    "asset": ("wat de bewoner heeft of kan", "the asset"),
    "client": ("het systeem van de partner", "the client"),
    "closing": ("het afgesloten kwartaal", "the quarter that was closed"),
    "commitment": ("de toezegging", "the commitment"),
    "consent": ("de toestemming", "the consent"),
    "contact": ("het contact", "the contact"),
    "delivery": ("de bezorging", "the delivery"),
    "entry": ("de regel", "the line"),
    "event": ("de gebeurtenis", "the event"),
    "evidence": ("het bewijs", "the evidence"),
    "feature": ("het kenmerk van de plek", "the feature of the place"),
    "forum": ("het overleg", "the forum"),
    "goal": ("het doel van de bewoner", "the goal"),
    "group": ("de groep", "the group"),
    "handover": ("de overdracht", "the handover"),
    "initiative": ("het initiatief", "the initiative"),
    "institution": ("de instelling", "the institution"),
    "introduction": ("het voorstel om bewoners samen te brengen", "the introduction"),
    "item": ("het agendapunt", "the item on the agenda"),
    "key": ("de sleutel van het systeem", "the key of the client"),
    "layer": ("de laag", "the layer"),
    "letter": ("de brief", "the letter"),
    "line": ("de regel", "the line"),
    "meeting": ("de vergadering", "the meeting"),
    "member": ("het lidmaatschap", "the membership"),
    "message": ("het bericht", "the message"),
    "need": ("de vraag van de bewoner", "the need"),
    "order": ("de spreekvolgorde", "the speaking order"),
    "participant": ("de deelname", "the participation"),
    "photo": ("de foto van het kwartaal", "the photo of the quarter"),
    "practice": ("het oefenmoment", "the practice moment"),
    "promise": ("de belofte", "the promise"),
    "referral": ("de verwijzing", "the referral"),
    "resident": ("de bewoner", "the resident"),
    "round": ("de ronde", "the round"),
    "scale": ("de schaal", "the scale"),
    "score": ("de score", "the score"),
    "share": ("de regel van mijn deel en hun deel", "the entry of a share"),
    "signal": ("het signaal", "the signal"),
    "step": ("de stap", "the step"),
    "story": ("het verhaal", "the story"),
    "subscription": ("het abonnement", "the subscription"),
    "suggestion": ("de suggestie", "the suggestion"),
    "task": ("de taak", "the task"),
    "theme": ("het thema", "the theme"),
    "tie": ("wie er om de bewoner heen staat", "the tie"),
    "track": ("het traject", "the track"),
    "voice": ("wat iemand zei", "the voice"),
    "worker": ("de medewerker", "the worker"),
}
"""What a key in a path, or a filter by a key, is the key of."""

PARAMETERS: dict[str, Words] = {
    "If-Match": ("De ETag die u het laatst zag.", "The ETag that you last saw."),
    "If-None-Match": ("De ETag die u al hebt: dan volgt 304.", "The ETag that you have already: then 304 follows."),
    "Idempotency-Key": (
        "Een eigen sleutel voor dit ene ding: nog eens gestuurd wordt het toch één keer gedaan.",
        "A key of your own for this one thing: sent again under the same key, it is done once.",
    ),
    "allRevisions": ("Ook eerdere revisies.", "Earlier revisions too."),
    "area": ("De code van één gebied.", "The code of one area."),
    "form": (
        "In welk formaat: `json`, `jsonstat`, `csv`, `csv-metadata` of `xlsx`.",
        "In which format: `json`, `jsonstat`, `csv`, `csv-metadata` or `xlsx`.",
    ),
    "language": ("In welke taal de woorden zijn: `nl` of `en`.", "In which language words are: `nl` or `en`."),
    "revision": ("Welke revisie; weggelaten: de laatste.", "Which revision; left out: the last one."),
    "table": ("De code van de tabel, zoals `needs`.", "The code of the table, such as `needs`."),
    "active": ("Alleen wie nog in dienst is, of juist niet.", "Only those who are active, or only those who are not."),
    "by": ("Door welke kant.", "By which side."),
    "cancelled": ("Ook of alleen wat afgezegd is.", "What was cancelled, or what was not."),
    "code": ("De code die erbij hoort.", "Its code."),
    "coming": ("Alleen wat nog komt.", "Only what is still to come."),
    "cursor": ("Waar de bladzijde begint: uit `Link`, zoals het is.", "Where the page starts: from `Link`, as it is."),
    "direction": ("Naar het team toe, of van het team weg.", "To the team, or from the team."),
    "dueFrom": ("Vanaf deze dag.", "Due on this day or later."),
    "dueUntil": ("Tot en met deze dag.", "Due on this day or earlier."),
    "enabled": ("Alleen wat aan staat, of juist uit.", "Only what is switched on, or only what is off."),
    "evenSo": ("Toch, na de vraag die eerst gesteld werd.", "Even so, after the question that was asked first."),
    "externalRef": ("Het kenmerk dat de verwijzer eraan gaf.", "The reference that the referrer gave it."),
    "from": ("Vanaf dit moment of deze maand.", "From this moment or month on."),
    "fromOn": ("Vanaf deze dag.", "From this day on."),
    "hereNow": ("Alleen wat er nu is.", "Only what is there now."),
    "kind": ("Van welke soort.", "Of which kind."),
    "late": ("Alleen wat te laat is, of juist niet.", "Only what is late, or only what is not."),
    "latestFirst": ("Het laatste eerst.", "The latest first."),
    "left": ("Ook wie weg is.", "Those who left, or those who did not."),
    "level": ("Op welk registratieniveau.", "At which registration level."),
    "lifeArea": ("Over welk levensgebied.", "About which area of life."),
    "limit": ("Hoeveel hoogstens: 1 tot 200.", "How many at most: 1 to 200."),
    "mine": ("Alleen wat van mij is.", "Only what is mine."),
    "municipality": ("De code van de gemeente.", "The code of the municipality."),
    "open": ("Alleen wat open is, of juist niet.", "Only what is open, or only what is not."),
    "outcome": ("Met welke uitkomst.", "With which outcome."),
    "overdue": ("Alleen wat over tijd is.", "Only what is overdue."),
    "period": (
        "Welke periode: `2026-Q3`; van cijfers ook `2026-H1` of `2026`.",
        "Which period: `2026-Q3`; of figures also `2026-H1` or `2026`.",
    ),
    "phase": ("In welke fase.", "In which phase."),
    "quarter": ("Welk kwartaal, zoals `2026-1`.", "Which quarter, such as `2026-1`."),
    "ownerId": ("De sleutel van wie het behandelt.", "The key of who handles it."),
    "restricted": ("Alleen wie beperkt is, of juist niet.", "Only those restricted, or only those who are not."),
    "revoked": ("Alleen wie is uitgesloten, of juist niet.", "Only those shut out, or only those who are not."),
    "role": ("Met welke rol.", "With which role."),
    "state": ("In welke staat.", "In which state."),
    "text": ("Woorden om op te zoeken.", "Words to search for."),
    "unassigned": ("Alleen wat niemand nog behandelt.", "Only what nobody handles yet."),
    "until": ("Tot dit moment of deze maand.", "Until this moment or month."),
    "untilOn": ("Tot en met deze dag.", "Until this day."),
    "updatedSince": ("Alleen wat sinds dit moment veranderde.", "Only what changed since this moment."),
    "valid": ("Alleen wat nu geldt, of juist niet.", "Only what is in force, or only what is not."),
    "whole": ("De hele lijst, niet samengevat.", "The whole list, not summed up."),
    "withinId": ("Alleen wat in dit gebied ligt.", "Only what lies in this area."),
    "year": ("Welk jaar.", "Which year."),
}
PARAMETERS |= {f"{name}Id": (f"De sleutel van {nl}.", f"The key of {en}.") for name, (nl, en) in KEYS.items()}

REFUSALS: dict[int, Words] = {
    400: (
        "De invoer klopt niet; `errors` noemt alles tegelijk.",
        "Something in what you sent is not right; `errors` names it all.",
    ),
    401: ("Er is geen geldig token.", "There is no token, or one that is not in force."),
    403: ("U ziet dit, maar mag dit niet doen.", "You see this, but may not do it."),
    404: ("Dit is er niet, of is niet voor u.", "There is nothing here, or it is not yours to see."),
    406: ("Geen van de gevraagde soorten wordt gegeven.", "None of the types that you accept is offered."),
    409: ("Het past niet bij hoe het nu staat.", "It does not fit the present state."),
    412: ("Iemand veranderde het nadat u het zag.", "Somebody changed it after you saw it."),
    413: ("Te groot.", "This is too large."),
    415: ("Deze soort inhoud wordt niet aangenomen.", "This content type is not taken."),
    422: (
        "Deze sleutel is al voor iets anders gebruikt.",
        "This key was used for something else.",
    ),
    428: ("`If-Match` ontbreekt.", "`If-Match` is missing."),
    429: ("Te veel verzoeken; wacht zo lang als `Retry-After` zegt.", "Too many requests; wait as `Retry-After` says."),
    500: ("Er ging iets mis bij ons; er is niets bewaard.", "Something went wrong on our side; nothing was stored."),
    503: ("Even buiten dienst; er is niets getoond.", "Out of service for now; nothing was shown."),
}

SCOPE_WORDS: dict[str, Words] = {
    "referrals:read": (
        "Eigen verwijzingen lezen en volgen.",
        "Read and follow one's own referrals.",
    ),
    "referrals:write": (
        "Verwijzingen sturen en beantwoorden.",
        "Send and answer referrals.",
    ),
    "subscriptions:manage": (
        "Eigen abonnementen op berichten beheren.",
        "Keep one's own subscriptions to messages.",
    ),
    "ledger:read": (
        "Vragen en toezeggingen van de eigen instelling lezen.",
        "Read asks and commitments of one's own institution.",
    ),
}


MESSAGES: dict[MessageType, Words] = {
    MessageType.REFERRAL_REQUESTED: ("Er is een verwijzing ingediend.", "A referral was requested."),
    MessageType.REFERRAL_SEEN: ("Een verwijzing is gezien.", "A referral was seen."),
    MessageType.REFERRAL_ACCEPTED: ("Een verwijzing is aangenomen.", "A referral was accepted."),
    MessageType.REFERRAL_DECLINED: ("Een verwijzing is niet aangenomen.", "A referral was declined."),
    MessageType.REFERRAL_CONTACTING: ("Er wordt contact gezocht.", "Somebody is trying to get in touch."),
    MessageType.REFERRAL_ACTIVE: ("Een verwijzing loopt.", "A referral is active."),
    MessageType.REFERRAL_ON_HOLD: ("Een verwijzing staat stil.", "A referral is on hold."),
    MessageType.REFERRAL_REROUTED: ("Een verwijzing is doorgeleid.", "A referral was rerouted."),
    MessageType.REFERRAL_COMPLETED: ("Een verwijzing is afgerond.", "A referral was completed."),
    MessageType.REFERRAL_FAILED: ("Een verwijzing is niet gelukt.", "A referral failed."),
    MessageType.REFERRAL_WITHDRAWN: ("Een verwijzing is ingetrokken.", "A referral was withdrawn."),
    MessageType.REFERRAL_ENTERED_IN_ERROR: (
        "Een verwijzing was een vergissing.",
        "A referral was entered in error.",
    ),
    MessageType.ASK_ASKED: ("Er is een vraag gesteld.", "Something was asked."),
    MessageType.ASK_ASKED_AGAIN: ("Een vraag is opnieuw gesteld.", "Something was asked again."),
    MessageType.ASK_ESCALATED: ("Een vraag is opgeschaald.", "An ask was escalated."),
    MessageType.ASK_ANSWERED: ("Een vraag is beantwoord.", "An ask was answered."),
    MessageType.ASK_ANSWER_STRUCK: (
        "Een antwoord op een vraag was verkeerd vastgelegd en is doorgehaald.",
        "An answer to an ask was entered wrongly and is struck through.",
    ),
    MessageType.ASK_CLOSED: ("Een vraag is gesloten.", "An ask was closed."),
    MessageType.COMMITMENT_RECORDED: ("Er is een toezegging vastgelegd.", "A commitment was recorded."),
    MessageType.COMMITMENT_CONFIRMED: ("Een toezegging is bevestigd.", "A commitment was confirmed."),
    MessageType.COMMITMENT_STARTED: ("Aan een toezegging is begonnen.", "A commitment was started."),
    MessageType.COMMITMENT_CONTESTED: ("Een toezegging is betwist.", "A commitment was contested."),
    MessageType.COMMITMENT_MOVED: ("De dag van een toezegging is verplaatst.", "A commitment was moved."),
    MessageType.COMMITMENT_CLAIMED: ("Een toezegging is gemeld als nagekomen.", "A commitment was claimed."),
    MessageType.COMMITMENT_JUDGED: ("Bewoners oordeelden over een toezegging.", "Residents judged a commitment."),
    MessageType.COMMITMENT_WINDOW_CLOSED: (
        "Het oordeel over een toezegging is gesloten.",
        "Judging a commitment is over.",
    ),
    MessageType.COMMITMENT_REOPENED: ("Een toezegging is heropend.", "A commitment was reopened."),
    MessageType.COMMITMENT_WITHDRAWN: ("Een toezegging is ingetrokken.", "A commitment was withdrawn."),
    MessageType.TEST: ("Een proefbericht.", "A test message."),
}


def dutch_of(english: str) -> str:
    """Return what an operation does, in Dutch; where that was not written yet, the English."""
    return _dutch().get(english, english)


def example_of(operation_id: str) -> dict[str, Any]:
    """Return the example of an operation: `path` and `body`, as far as it has them."""
    return _examples().get(operation_id, {})


@cache
def _dutch() -> dict[str, str]:
    written: dict[str, str] = json.loads((FOLDER / "dutch.json").read_text(encoding="utf-8"))
    return written


@cache
def _examples() -> dict[str, dict[str, Any]]:
    written: dict[str, dict[str, Any]] = json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))
    return written
