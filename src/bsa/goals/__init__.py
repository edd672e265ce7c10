"""Goals in the resident's words, with two views side by side of where they stand."""
