"""The command line, a module for each group of commands."""

import sys


def main() -> None:
    """Where the command `onewindow` begins."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that knows no Chinese gets question marks, not a traceback.
            stream.reconfigure(errors="replace")

    from onewindow.cli.program import app

    app()
