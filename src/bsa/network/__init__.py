"""The network map: who is around a resident, as the resident sees it."""
