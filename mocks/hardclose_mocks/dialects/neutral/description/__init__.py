"""The API description of the neutral systems: what FastAPI cannot know of routes that read requests themselves."""
