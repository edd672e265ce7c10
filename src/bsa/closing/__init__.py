"""Closing a quarter: what was planned, figures drawn once, a sentence for each deviation, stories, and publication."""
