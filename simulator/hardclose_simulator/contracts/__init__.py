"""API descriptions, pacts, provider states and webhook checks: what the mock systems promise, and its proof."""
