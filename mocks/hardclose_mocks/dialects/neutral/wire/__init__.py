"""The neutral wire: JSON shapes of commands and documents, one module per system."""
