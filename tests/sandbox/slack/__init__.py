"""Tests of the sandbox Slack."""
