"""Needs that may share a question, found by the software and decided by a person; and bringing people together."""
