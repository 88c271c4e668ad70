"""URLs, APIs and signatures of forges."""
