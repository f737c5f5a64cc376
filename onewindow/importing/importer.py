"""The loop of an import: read a batch, send it, write down what became of it, and only then go on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from onewindow.importing.checkpoint import Checkpoint, Progress, Saved
from onewindow.importing.reading import Reading, Reason, Row
from onewindow.importing.report import Report
from onewindow.importing.rows import Item, Outcome, Rows, reason_of
from onewindow.importing.sending import Sender, Unfit

LARGEST: Final = 512 * 1024
"""Bytes of a batch: half of what the server takes."""
Told: TypeAlias = str | Reason
"""What became of a row: added, there already, or why not."""
Watch = Callable[[int, Progress], None]
"""Is told the bytes read so far and the progress, after each batch."""


@dataclass(slots=True)
class Importer:
    """One import of one file."""

    rows: Rows
    file: Path
    sender: Sender
    checkpoint: Checkpoint
    report_path: Path
    watch: Watch
    resumed: bool = False

    def run(self) -> Progress:
        """Import to the end of the file, from where an earlier run was killed.

        Raises ServerAway and NotAllowed, after which the same command goes on, and ColumnsMissing.
        """
        with self.file.open("rb") as file:
            reading = Reading(file, self.rows.columns)
            first = reading.place
            saved = self.checkpoint.load()
            if saved is not None and not self._still_there(reading, saved):
                saved = None
            reading.go_to(saved.end if saved else first)
            self.resumed = saved is not None
            progress = saved.progress if saved else Progress()
            with Report(self.report_path, progress.report) as report:
                self._import(reading, progress, report)
        self.checkpoint.clear()
        return progress

    def _import(self, reading: Reading, progress: Progress, report: Report) -> None:
        rows = reading.rows()
        began = reading.place
        while batch := list(islice(rows, self.rows.batch)):
            for row, told in zip(batch, self._sent(batch), strict=True):
                progress.rows += 1
                if isinstance(told, Reason):
                    progress.repeated += told.repeats
                    progress.refused += not told.repeats
                    report.add(row.line, told)
                elif told == Outcome.ADDED:
                    progress.added += 1
                else:
                    progress.already_there += 1
            progress.report = report.length
            end = batch[-1].end
            self.checkpoint.save(Saved(began, end, len(batch), replace(progress)))
            self.watch(end.offset, progress)
            began = end

    def _still_there(self, reading: Reading, saved: Saved) -> bool:
        """Whether the server still has the last batch that it acknowledged: it may have begun anew since."""
        reading.go_to(saved.began)
        batch = list(islice(reading.rows(), saved.batch_rows))
        return Outcome.ADDED not in self._sent(batch)

    def _sent(self, batch: Sequence[Row]) -> list[Told]:
        """What became of each row of a batch."""
        items = [row.wrong or self.rows.item(row.cells) for row in batch]
        answers = self._answers([item for item in items if not isinstance(item, Reason)])
        return [item if isinstance(item, Reason) else next(answers) for item in items]

    def _answers(self, items: Sequence[Item]) -> Iterator[Told]:
        """Outcomes in the order of the items.

        A batch that is too big is halved, and so is one that is refused because of some row in it, until it is found.
        """
        if not items:
            return
        if len(items) == 1 or len(orjson.dumps(items)) <= LARGEST:
            try:
                answers = self.sender.post(self.rows.path, items)
            except Unfit as unfit:
                if len(items) == 1:
                    yield reason_of(unfit.problem)
                    return
            else:
                yield from (self.rows.outcome(answer) for answer in answers)
                return
        middle = len(items) // 2
        yield from self._answers(items[:middle])
        yield from self._answers(items[middle:])
