"""Track records: how quickly an institution answers, what it keeps on the first date, and whether it comes."""
