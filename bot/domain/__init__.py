"""The rules, pure: no clock, no database, no network, the standard library only."""
