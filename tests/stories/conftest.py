"""Stories: an element of the method as a day at work, through the pages, told in Dutch and in English."""

from collections.abc import Callable
from html import unescape
from typing import Protocol

import pytest
from sqlmodel import select

from bsa.database import Database
from bsa.people.models import Account, Language
from web.languages import translations

from tests.web.conftest import Browse, Browser, browse, line

__all__ = ["browse", "line"]


class Say(Protocol):
    """Says a word of the pages in the language of the story, its places filled."""

    def __call__(self, message: str, **places: object) -> str: ...


Visit = Callable[[str], Browser]
"""Opens a browser of somebody of the cast, signed in, in the language of the story."""


@pytest.fixture(params=list(Language), ids=lambda language: language.value)
def language(request: pytest.FixtureRequest) -> Language:
    """Tell the story in each language."""
    chosen: Language = request.param
    return chosen


@pytest.fixture
def say(language: Language) -> Say:
    """Return what the pages say, in the language of the story."""
    catalogue = translations(language)
    return lambda message, **places: str(catalogue.gettext(message)) % places


@pytest.fixture
def visit(browse: Browse, database: Database, language: Language) -> Visit:
    """Open browsers of those who read in the language of the story."""
    with database.writing() as session:
        for account in session.scalars(select(Account)):
            account.language = language
    return browse


def read(browser: Browser, path: str) -> str:
    """Return the text of a page as it is read, quotes and all."""
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(answer.text)
