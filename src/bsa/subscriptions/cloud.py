"""How a message looks to its receiver: a CloudEvent by the Dutch profile (NL GOV 1.1), structured JSON, without data.

It says that something happened and where to look; whoever looks there is asked who it is and sees what it may.
"""

import json
from typing import Any

from bsa.outbox import Message
from bsa.settings import Settings

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"

PLACES = {
    "referral": "/referrals",
    "ask": "/asks",
    "commitment": "/commitments",
    "subscription": "/subscriptions",
}
"""Kind of subject → where the API shows it."""


def cloud_event(message: Message, number: int, settings: Settings) -> dict[str, Any]:
    """Return a message as a CloudEvent, with its order number in the subscription."""
    there = f"{settings.base_url}".rstrip("/") + "/api/v1"
    return {
        "specversion": "1.0",
        "id": str(message.id),
        "source": settings.message_source,
        "type": message.type,
        "time": message.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataref": f"{there}{PLACES[message.subject_kind]}/{message.subject_id}",
        "sequence": str(number),
        "sequencetype": "Integer",
    }


def body_of(event: dict[str, Any]) -> bytes:
    """Return the bytes of a CloudEvent, as they are signed and sent."""
    return json.dumps(event, separators=(",", ":")).encode()
