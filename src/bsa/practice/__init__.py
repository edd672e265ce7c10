"""Practising a scary thing in a safe setting, and who speaks for how long."""
