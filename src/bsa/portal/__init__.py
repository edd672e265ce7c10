"""The portal of an institution: what is asked of it, what it promised, by when; and the mail that tells it so."""
