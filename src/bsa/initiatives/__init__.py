"""Initiatives: what residents do together about a shared theme."""
