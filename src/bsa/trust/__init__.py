"""The bond of trust: where it stands, signals that want an answer, and handing over with a face."""
