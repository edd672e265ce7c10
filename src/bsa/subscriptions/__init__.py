"""Subscriptions of partners: where messages go, what was delivered, and what was not."""
