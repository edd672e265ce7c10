"""Groups of residents, with and without statutory rights."""
