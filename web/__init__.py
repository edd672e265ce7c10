"""The pages: the API drawn in HTML, for people with a browser."""
