"""The pytest plugin: sandboxes, scenarios and verdicts as fixtures and markers of somebody else's test suite."""
