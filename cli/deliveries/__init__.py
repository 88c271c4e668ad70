"""Webhooks of the forges and the deliveries that they record."""
