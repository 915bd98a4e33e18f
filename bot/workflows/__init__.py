"""Use cases: what they need in their fields, one transaction a decision, no call inside a transaction."""
