"""Whether the application is alive, and ready; without a word to strangers about why not."""

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from api.dependencies import database, open_to_all
from bsa.database import UnfitDatabase
from bsa.errors import OutOfService
from bsa.keyring import WrongKeyRing
from web.pages import Pages

router = Pages("health", prefix="/health")


@router.get("/live")
@open_to_all
async def live() -> Response:
    """Tell that the process answers; asks nothing of the database."""
    return PlainTextResponse("alive")


@router.get("/ready")
@open_to_all
def ready(request: Request) -> Response:
    """Tell whether the database, its tables and the keys are there."""
    try:
        database(request).check()
    except (UnfitDatabase, WrongKeyRing, OutOfService):
        return PlainTextResponse("not ready", status_code=503)
    return PlainTextResponse("ready")
