"""How life looks from inside: the sketch in the resident's own words, and what somebody has and can."""
