"""Simulators of the two servers that the bot speaks to."""
