"""People outside the integration: generators that yield plain steps; `run/` carries them out."""
