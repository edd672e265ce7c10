"""The formats of published figures, a file each. All are written from what is published, and from nothing else.

Each has `write(dataset, table, language, base)` and returns the bytes: of one table, or of all of them when `table` is
None. `base` is where the API of figures is, for links; without it there are none. The same figures are always written
as the same bytes, so nothing in them may change after publication: whether they are definitive stands in the list of
releases.
"""

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/deed.nl"
"""Public domain, as the Dutch government asks for its open data."""
EU_LICENCE = "http://publications.europa.eu/resource/authority/licence/CC0"
JSON = "application/json"
JSON_STAT = "application/vnd.json-stat+json"
"""JSON-stat has no registered type of its own; this one is only asked for, and it is JSON."""
CSV = "text/csv"
CSV_METADATA = "application/csvm+json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON_LD = "application/ld+json"
