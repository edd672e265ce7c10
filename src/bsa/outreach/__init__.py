"""Going there unasked: rounds, tallies without persons, and who asked not to be rung."""
