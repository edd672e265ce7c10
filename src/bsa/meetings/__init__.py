"""Meetings of forums: agenda, what is decided, who came."""
