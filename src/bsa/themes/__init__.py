"""Themes: what several residents turn out to share, in words that fit no single household."""
