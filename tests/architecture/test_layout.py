"""What import-linter cannot say: sizes, names, and that a command writes the rows of its own noun only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("contracts", "chassis", "services", "onewindow")
EDGES = {"routes", "handlers", "timers"}
LONGEST = 400


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts)


def test_no_file_is_longer_than_two_screens_too_many() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [str(path.relative_to(ROOT)) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def nouns() -> list[Path]:
    return [path for path in sorted((ROOT / "services").glob("*/*/")) if (path / "__init__.py").exists()]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("noun", nouns(), ids=lambda noun: f"{noun.parent.name}.{noun.name}")
def test_an_edge_uses_no_edge_of_another_noun(noun: Path) -> None:
    for edge in EDGES & {path.stem for path in noun.glob("*.py")}:
        for name in imports(noun / f"{edge}.py"):
            parts = name.split(".")
            if parts[0] == "services" and EDGES & set(parts):
                assert parts[:3] == ["services", noun.parent.name, noun.name], f"{edge}.py imports {name}"


@pytest.mark.parametrize("noun", nouns(), ids=lambda noun: f"{noun.parent.name}.{noun.name}")
def test_a_command_makes_rows_of_its_own_noun_only(noun: Path) -> None:
    for module in ("commands", "projections"):
        path = noun / f"{module}.py"
        if not path.exists():
            continue
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "services" and "tables" in parts:
                assert parts[2] == noun.name, f"{module}.py imports {name}"
