"""What Slack refuses in blocks, messages, views and metadata (contract/slack.md, section 8)."""
