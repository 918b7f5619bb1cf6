"""One module per obligation, each a function from a case to a verdict."""
