"""The scenarios, actors, checkers and reports: what drives the mock systems, and what judges the integration."""
