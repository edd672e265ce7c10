"""Scales that an installation may switch on, and scores on them, with the resident's agreement."""
