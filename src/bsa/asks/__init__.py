"""Asks: what residents ask of an institution, and what it answers: yes, yes if, no, or evasively."""
