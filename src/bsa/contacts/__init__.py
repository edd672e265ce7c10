"""Contacts with residents, and what the worker promised them."""
