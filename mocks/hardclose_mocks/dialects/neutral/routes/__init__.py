"""The neutral routes, one module per system and one for what all systems share."""
