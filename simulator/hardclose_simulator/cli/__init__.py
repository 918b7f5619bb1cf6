"""One file per command: arguments, wiring, exit codes."""
