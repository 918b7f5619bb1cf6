"""Mutants and legal variants against the judge."""
