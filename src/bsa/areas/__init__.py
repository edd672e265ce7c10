"""Areas: the tree of municipality, district, neighbourhood, complex and place, with own areas laid over it."""
