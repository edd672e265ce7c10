"""Quiet reminders: what waits for somebody, and the weekly mail of counts."""
