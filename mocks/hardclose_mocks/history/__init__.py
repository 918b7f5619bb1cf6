"""What happened in a run: the record types, the hash chain and the stores."""
