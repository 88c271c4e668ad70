"""The sandbox's tools: found on PATH, fetched from their official hosts, or built from Go modules."""
