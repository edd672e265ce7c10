"""The method compass: which of the twelve elements are alive, from events only."""
