"""BSA: what a neighbourhood team does, as rows, rules and deeds."""
