"""Agreements between institutions on working together."""
