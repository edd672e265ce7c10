"""Short ends of addresses that one can read aloud, hear once and type over from a poster: `bamoli`.

Three syllables of letters that sound different and look different. Nothing hangs on a code being secret.
"""

import re
import secrets

CONSONANTS = "bdfklmnprstvz"
VOWELS = "aeiou"
SYLLABLES = 3
UNFIT = re.compile(r"neg|nig|kak|kut|lul|pik|pis|tit|tet|tiet|sek|naz|dik|zak|ped|rap|fuk|mof|kaf|pot|pop|dom|luf|dod")
"""What a code had better not begin to spell."""


def make_code() -> str:
    """Return a code that is fit to read aloud."""
    while True:
        code = "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(SYLLABLES))
        if not UNFIT.search(code):
            return code


def read_code(typed: str) -> str:
    """Return a code as it is kept, from how somebody typed it: `Ba-mo li`."""
    return re.sub(r"[\s\-_.]", "", typed).lower()[:12]
