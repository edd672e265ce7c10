"""What anybody may say about a public page, without an account."""
