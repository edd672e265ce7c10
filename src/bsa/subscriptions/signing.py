"""Signing messages as Standard Webhooks: a secret for each subscription, and two signatures while it changes."""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from uuid import UUID

PREFIX = "whsec_"


def make_secret() -> str:
    """Make the secret of a subscription: 32 random bytes, written as receivers of webhooks expect them."""
    return PREFIX + b64encode(os.urandom(32)).decode()


def signed(secrets: Iterable[str], message_id: UUID, attempted_at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that say who sent this, and when: one signature by each secret."""
    moment = str(int(attempted_at.timestamp()))
    text = f"{message_id}.{moment}.".encode() + body
    signatures = [hmac.new(b64decode(secret.removeprefix(PREFIX)), text, sha256).digest() for secret in secrets]
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{b64encode(signature).decode()}" for signature in signatures),
    }
