"""The mail by which institutions are invited to a meeting."""
