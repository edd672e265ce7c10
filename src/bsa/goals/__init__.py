"""Goals in the resident's words, scored by the resident and by the worker side by side."""
