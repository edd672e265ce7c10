"""Institutions: who is asked and who promises, and the people there who can."""
