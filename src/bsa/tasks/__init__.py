"""What is done in an initiative, what it costs, and how far the group sees its aims."""
