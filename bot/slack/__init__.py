"""The Slack edge: the only importer of slack_sdk's clients."""
