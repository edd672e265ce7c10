"""What changed in the API, version by version, the newest first; `docs/api-changelog.md` is written from it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

FILE = Path(__file__).parents[1] / "docs" / "api-changelog.md"


@dataclass(frozen=True)
class Release:
    """One version of the API."""

    version: str
    on: date
    changes: tuple[tuple[str, str], ...]
    """Each in Dutch and in English."""


RELEASES: tuple[Release, ...] = (
    Release(
        "1.1.0",
        date(2026, 11, 23),
        (
            (
                "Cijfers als open data, zonder token: JSON, JSON-stat, CSV, XLSX, PDF, catalogus (`/statistics`).",
                "Figures as open data, without a token: JSON, JSON-stat, CSV, XLSX, PDF, a catalogue (`/statistics`).",
            ),
            (
                "Een wijziging noemt elk veld dat niet leeg mag, met de code `emptied`; sommige bleven zoals ze waren.",
                "A change names each field that may not be null, with the code `emptied`; some were left as they were.",
            ),
            (
                "Een verwijzing zegt het team waarin zij verdergaat als zij is doorgeleid (`passedOnAsId`).",
                "A referral tells the team what it went on as when it was passed on (`passedOnAsId`).",
            ),
            (
                "Een kwartaal sluiten, afspraken met de gemeente en de sterkte van de bescherming (`/closings`).",
                "Closing a quarter, what was agreed with the municipality, how strong the protection is (`/closings`).",
            ),
        ),
    ),
    Release(
        "1.0.0",
        date(2026, 11, 22),
        (
            (
                "De versie is 1.0.0: dezelfde hoofdversie als in het pad, `/api/v1`.",
                "The version is 1.0.0: the same major version as in the path, `/api/v1`.",
            ),
            (
                "`Idempotency-Key` staat als verplicht in het document waar het verplicht is.",
                "`Idempotency-Key` is marked as required in the document where it is demanded.",
            ),
            (
                "Partners: verwijzingen heen en terug, systemen met een eigen token, abonnementen op berichten.",
                "Partners: referrals there and back, machines with a token of their own, subscriptions to messages.",
            ),
            (
                "Wie er was en wat besloten is op een vergadering vragen de versie van de vergadering (`If-Match`).",
                "Who was at a meeting and what was decided there ask for the version of the meeting (`If-Match`).",
            ),
            (
                "Elke weigering heeft een `type` dat een bladzijde opent; `about:blank` verviel.",
                "Every refusal has a `type` that opens a page; `about:blank` is gone.",
            ),
            (
                "JSON wordt strikt gelezen: geen getal waar een dag hoort, geen tekst waar een getal hoort.",
                "JSON is read strictly: no number in the place of a day, no text in the place of a number.",
            ),
            (
                "`ETag` heeft achter de punt een afdruk van het antwoord; `If-Match` kijkt naar de versie ervoor.",
                "`ETag` has a digest of the answer behind the dot; `If-Match` looks at the version before it.",
            ),
            (
                "Namen van schema’s en operaties in het API-document zijn vast: `ContactOutPage`, `listContacts`.",
                "Names of schemas and operations in the API document are settled: `ContactOutPage`, `listContacts`.",
            ),
            (
                "Bij een instelling heet `keeping.onFirstDate` nu `keeping.onFirstDay`.",
                "Of an institution `keeping.onFirstDate` is called `keeping.onFirstDay` now.",
            ),
        ),
    ),
)


def page() -> str:
    """Return the changelog as a page of the documents."""
    lines = [
        "# Changes of the API",
        "",
        "Newest first. A change that breaks a program gets a new major version and a new path; see",
        "[how something goes](api.md#how-something-goes). Until the first release it may still",
        "change; every change stands here.",
        "",
    ]
    for release in RELEASES:
        lines += [f"## {release.version} ({release.on.isoformat()})", ""]
        lines += [f"- {english}" for _, english in release.changes]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
