"""What people do with a stack's outputs."""
