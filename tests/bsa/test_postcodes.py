"""In which neighbourhoods a postcode lies: read from a file as a whole, and asked by who refers."""

import pytest
from sqlmodel import Session

from bsa.areas.importing import BadFile
from bsa.areas.postcodes import area_of_postcode, import_postcodes

from tests.cast import Cast


def test_a_postcode_means_the_smallest_area_that_holds_all_its_neighbourhoods(session: Session, cast: Cast) -> None:
    lines = "postcode4;code\n7811;BU0114ZZ01\n7812;BU0114ZZ01\n7812;BU0114ZZ02\n"

    assert import_postcodes(session, lines) == 3
    found = [area_of_postcode(session, postcode) for postcode in ("7811", "7812", "9999")]
    assert [area and area.name for area in found] == ["Oude Molenbuurt", "Wijk Demo", None]


def test_every_mistake_of_the_file_is_named_by_its_line(session: Session, cast: Cast) -> None:
    with pytest.raises(BadFile) as refused:
        import_postcodes(session, "postcode4,code\n781,BU0114ZZ01\n7811,BU0\n7811,BU0114ZZ01\n7811,BU0114ZZ01\n")

    assert [fault.line for fault in refused.value.faults] == [2, 3, 5]
