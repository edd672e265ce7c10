"""Paper slips by which residents judge without an account."""
