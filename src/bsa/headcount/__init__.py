"""Counting for the published figures: the only place where figures and the records of residents meet."""
