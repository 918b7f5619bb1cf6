"""The mock systems: business rules, faults, wire and history of an enterprise back office in a box."""
