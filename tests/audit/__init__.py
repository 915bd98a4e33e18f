"""The record and who changes it behind the bot's back."""
