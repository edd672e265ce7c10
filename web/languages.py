"""The languages of the pages: Dutch by default, English by one click, from gettext catalogues."""

import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from bsa.people.models import Language

LOCALES = Path(__file__).parent / "locales"


@cache
def translations(language: Language) -> Translations:
    """Read a catalogue; the `.po` file is the only form in which it is kept."""
    with (LOCALES / language.value / "LC_MESSAGES" / "bsa.po").open("rb") as file:
        catalogue = read_po(file, locale=language.value)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="bsa")


def wanted_by(accept_language: str) -> Language:
    """Return the language that a browser asks for first among ours; Dutch when it asks for neither."""
    for part in accept_language.split(","):
        code = part.partition(";")[0].strip().lower()[:2]
        if code in {language.value for language in Language}:
            return Language(code)
    return Language.DUTCH
