"""`python -m bot` is `obproxy-bot`."""

from bot.cli import main

main()
