"""Scales that an installation may switch on, and their scores."""
