"""Learning by doing: who did it."""
