"""Block Kit: pure functions from domain objects to the dictionaries that Slack draws."""
