"""People with an account: their roles, their reach, and how they sign in. A resident has none."""
