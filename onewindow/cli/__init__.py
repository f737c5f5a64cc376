"""The command line, a module for each group of commands."""


def main() -> None:
    """Where the command `onewindow` begins."""
    from onewindow.cli.program import app

    app()
