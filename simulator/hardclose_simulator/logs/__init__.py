"""Event logs in: XES and CSV, and the replay of their cases."""
