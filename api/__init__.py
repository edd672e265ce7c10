"""The API: what the core can do, said in JSON to partners, to municipalities and to our own pages."""
