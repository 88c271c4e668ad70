"""What is deployed: one noun a file. Nothing here knows which environment it is in."""
