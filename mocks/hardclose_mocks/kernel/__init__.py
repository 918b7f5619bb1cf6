"""Business rules in plain Python: money, periods, masters, budgets, approvals, and one `books` per kind of system."""
