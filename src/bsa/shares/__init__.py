"""My part and their part: what holds it in place, on two sides."""
