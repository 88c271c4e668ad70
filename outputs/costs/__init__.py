"""What a stack has that is billed."""
