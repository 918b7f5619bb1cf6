"""Reports: terminal, JSON, JUnit, Markdown, HTML."""
