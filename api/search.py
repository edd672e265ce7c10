"""Finding what the caller may read."""

from fastapi import APIRouter, Depends

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, needs
from api.limits import limited
from bsa.permissions import Permission
from bsa.search import queries
from bsa.search.shapes import SearchIn, SearchOut

router = APIRouter(prefix="/searches", tags=["search"], route_class=AnsweringRoute)


@router.post("", dependencies=[Depends(limited("searches"))])
@needs(Permission.SEARCH)
def search(session: Reading, caller: Caller, wanted: SearchIn) -> SearchOut:
    """Find residents, needs, themes, initiatives, asks, commitments, institutions and places that you may read.

    All words must stand in what is found: as they are, as the beginning of a word, as a part of a compound, or in
    another form; when that finds nothing, with a typing error. `complete` is false while the index is being built.
    """
    return queries.find(session, caller, wanted)
