"""`make bench-timing`: whether the time of an answer tells a partner that a referral of another one exists.

A system of one institution asks, over HTTP and in turn by chance, for referrals of another institution and for ones
that never were. Both are 404. Medians are compared, and ranks (Mann-Whitney): a small p would say that they differ.
"""

import json
import random
import sys
import time
from dataclasses import replace
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlsplit

from scipy.stats import mannwhitneyu

import bsa.registry  # noqa: F401 - a row knows its table once all tables are known
from bsa import clock
from bsa.database import Database
from bsa.permissions import Scope
from bsa.referrals.arriving import send_referral
from bsa.referrals.sent_shapes import ReferralIn

from benchmarks import stage
from benchmarks.quick import machine
from tests.cast import gather
from tests.machines import bearer
from tests.referred import told

EACH = 400
WARM = 100
HIDDEN = 40
"""So many referrals of the other institution, and as many keys of nothing."""
ASKED = {
    "show": ("GET", "/api/v1/referrals/{}", None),
    "feedback": ("GET", "/api/v1/referrals/{}/feedback", None),
    "take back": ("POST", "/api/v1/referrals/{}/withdrawal", {"bySide": "resident"}),
    "by reference": ("GET", "/api/v1/referrals?externalRef={}", None),
}
"""What is asked; the last one is a list, empty for both."""


def main() -> None:
    """Measure on both databases and print a table."""
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))
    print(f"\n{EACH} of another's and {EACH} of nothing's, in turn by chance; milliseconds\n")
    print("| database | asked | another's: median | nothing's: median | difference | p (ranks) |")
    print("| --- | --- | --- | --- | --- | --- |")
    suspicious = 0
    for place_of in (stage.sqlite, stage.postgresql):
        with place_of() as place:
            token, there, references = fill(place)
            with stage.server(stage.APPS["ours"], place.environment()) as address:
                for what, (method, path, body) in ASKED.items():
                    real = references if what == "by reference" else there
                    none = [f"NO-{key}" if what == "by reference" else str(clock.new_id()) for key in real]
                    others, nothings = measure(address, token, (method, path, body), real, none)
                    p = float(mannwhitneyu(others, nothings).pvalue)
                    suspicious += p < 0.001
                    one, two = median(others), median(nothings)
                    print(f"| {place.name} | {what} | {one:.3f} | {two:.3f} | {one - two:+.3f} | {p:.3f} |", flush=True)
    if suspicious:
        sys.exit(f"{suspicious} of these differ by more than chance.")


def fill(place: stage.Place) -> tuple[str, list[str], list[str]]:
    """Make an institution that has referrals, and a token for another; return that, and their keys and references."""
    database = Database(place.settings)
    database.migrate()
    with database.writing() as session:
        cast = gather(session)
        rival = replace(cast.corporation, institution_id=cast.rival_id)
        made = [send_referral(session, rival, ReferralIn.model_validate(told()))[0] for _ in range(HIDDEN)]
        there = [str(referral.id) for referral in made], [str(referral.external_ref) for referral in made]
    token = bearer(database, cast, Scope.REFERRALS_READ, Scope.REFERRALS_WRITE)
    database.close()
    return token, *there


def measure(
    address: str, token: str, asked: tuple[str, str, object], real: list[str], none: list[str]
) -> tuple[list[float], list[float]]:
    """Ask for both in turn by chance, over one connection; return the milliseconds of each."""
    method, path, body = asked
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "If-Match": "*"}
    content = None if body is None else json.dumps(body).encode()
    chance = random.Random(1)
    turns = [True] * EACH + [False] * EACH
    chance.shuffle(turns)
    took: dict[bool, list[float]] = {True: [], False: []}
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    for number, turn in enumerate([True, False] * (WARM // 2) + turns):
        key = chance.choice(real if turn else none)
        began = time.perf_counter()
        connection.request(method, path.format(key), body=content, headers=headers)
        answer = connection.getresponse()
        said = answer.read()
        spent = (time.perf_counter() - began) * 1000
        empty = answer.status == 200 and json.loads(said)["items"] == []
        if not (answer.status == 404 or empty):
            raise RuntimeError(f"{method} {path} answers {answer.status}: {said[:200]!r}")
        if number >= WARM:
            took[turn].append(spent)
    connection.close()
    return took[True], took[False]


if __name__ == "__main__":
    main()
