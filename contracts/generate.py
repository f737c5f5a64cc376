"""Write what is generated from the contracts, or with `--check` say what no longer fits."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from contracts.catalog import EVENTS
from contracts.publication.asyncapi import asyncapi
from contracts.publication.codes_page import codes_page
from contracts.publication.compatibility import breaking_changes
from contracts.publication.events_page import events_page
from contracts.publication.roles_page import roles_page
from contracts.publication.samples import sample_path
from contracts.publication.schemas import schemas

ROOT = Path(__file__).resolve().parents[1]
GENERATED = Path("contracts/generated")
SNAPSHOTS = Path("contracts/samples/schemas")
BREAKING_ADVICE = "A breaking change is a new version: keep the old class beside the new one, deploy consumers first."


def json_text(document: dict[str, Any]) -> str:
    """JSON as it is committed: readable, Chinese unescaped."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def documents() -> Iterator[tuple[Path, str]]:
    """Every generated file, by its path in the project, with the text it should have."""
    for name, schema in schemas():
        yield GENERATED / name, json_text(schema)
        yield SNAPSHOTS / name, json_text(schema)
    yield GENERATED / "asyncapi.json", json_text(asyncapi())
    yield Path("docs/events/README.md"), events_page()
    yield Path("docs/events/codes.md"), codes_page()
    yield Path("docs/roles.md"), roles_page()


def missing_samples() -> list[str]:
    """Events that have no frozen sample yet."""
    return [
        f"{sample_path(event).relative_to(ROOT)}: write a sample message of {event.__name__}"
        for event in EVENTS
        if not sample_path(event).exists()
    ]


def breaks(root: Path = ROOT) -> list[str]:
    """Breaking changes against the snapshots; a snapshot without a schema means that a version was taken away."""
    found = []
    current = dict(schemas())
    for snapshot in sorted((root / SNAPSHOTS).glob("*.json")):
        if snapshot.name not in current:
            found.append(f"{snapshot.name}: the event or its version was removed; old records can no longer be read")
            continue
        earlier = json.loads(snapshot.read_text("utf-8"))
        found += [f"{snapshot.name}: {change}" for change in breaking_changes(earlier, current[snapshot.name])]
    return found


def drift(root: Path = ROOT) -> list[str]:
    """Files that differ from what would be generated, are missing, or that nothing generates any more."""
    expected = dict(documents())
    found = []
    for path, text in expected.items():
        if not (root / path).exists():
            found.append(f"{path}: is missing")
        elif (root / path).read_text("utf-8") != text:
            found.append(f"{path}: differs from the contracts")
    strays = {path.relative_to(root) for path in (root / GENERATED).glob("*")} - expected.keys()
    return found + [f"{path}: nothing generates it" for path in sorted(strays)]


def write(root: Path = ROOT) -> list[str]:
    """Write every file that differs and remove strays; the paths that changed."""
    changed = []
    for path, text in documents():
        target = root / path
        if target.exists() and target.read_text("utf-8") == text:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        changed.append(str(path))
    expected = dict(documents())
    for path in (root / GENERATED).glob("*"):
        if path.relative_to(root) not in expected:
            path.unlink()
            changed.append(f"{path.relative_to(root)} (removed)")
    return changed


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command: 0 when all is well, 1 when something drifted, breaks or lacks its sample."""
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name what does not fit")
    check = parser.parse_args(arguments).check
    problems = missing_samples() or breaks(root)
    advice = [] if missing_samples() else [BREAKING_ADVICE]
    if check and not problems:
        problems, advice = drift(root), ["Run `python -m contracts.generate`."]
    if problems:
        sys.stderr.write("\n".join([*problems, *advice]) + "\n")
        return 1
    if not check:
        sys.stdout.writelines(f"{path}\n" for path in write(root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
