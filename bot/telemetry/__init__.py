"""What the bot tells those who run it: logs, without secrets."""
