"""The use cases, on real databases."""
