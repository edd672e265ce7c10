"""Statutory consultation between a group and a landlord, with its clocks."""
