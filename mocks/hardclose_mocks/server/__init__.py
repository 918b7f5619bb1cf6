"""The one place where books, dialect, faults, clock and history meet."""
