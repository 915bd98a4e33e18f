"""The program is killed at every commit and every call, and the story has to end right all the same."""
