"""Needs: the stated question, and layer by layer the question behind it."""
