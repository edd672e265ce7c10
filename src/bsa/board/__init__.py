"""The theme board of an area: needs on the left, themes in the middle, initiatives on the right."""
