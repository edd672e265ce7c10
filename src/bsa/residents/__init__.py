"""Residents: as little about them as the level they agreed to allows, seen by those who look after them."""
