"""The integration that gets it right, and its mutants. Speaks only HTTP: knows neither mocks nor simulator."""
