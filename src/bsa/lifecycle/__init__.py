"""How a record shrinks and ends: stepping down a level, merging a duplicate, erasing."""
