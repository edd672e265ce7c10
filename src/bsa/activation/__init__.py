"""Double activation: whether residents and institutions both move, read off events only."""
