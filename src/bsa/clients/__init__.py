"""Machines of partners: how they make known who they are, and what they may do."""
