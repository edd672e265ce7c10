"""Appointments of a worker, and the calendar without names."""
