"""``python -m graphparse``."""

from graphparse.cli import app

app()
