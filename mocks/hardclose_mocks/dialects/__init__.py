"""One folder per API, independent of each other; each words the same books in its own way."""
