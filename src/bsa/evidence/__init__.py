"""What an institution shows with what it reports."""
