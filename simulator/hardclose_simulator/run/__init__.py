"""Drives actors in wall or virtual time, settles, and stores the run."""
