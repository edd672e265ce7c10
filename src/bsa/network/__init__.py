"""The network map: who is around a resident."""
