"""`make chaos`: the full run, or with --short what the test run does; exit code 1 when a promise is broken."""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console

from chaos.faults import ALL, SHORT
from chaos.process import Broken
from chaos.report import Report
from chaos.run import Plan, run
from onewindow.embedded import places
from tests.kafka.broker import own_broker
from tests.kafka.jars import NoKafka

HURT: Final = 5.0
SHORT_HURT: Final = 1.0


def main() -> int:
    """Run as the arguments say; 2 when nothing could be shown."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 10**6))
    parser.add_argument("--short", action="store_true", help="fewer faults, shorter ones")
    parser.add_argument("--rate", type=float, default=10.0, help="people a second who begin to do something")
    parser.add_argument("--away", type=float, default=120.0, help="seconds for which Kafka is gone for long")
    parser.add_argument("--only", default="", help="nothing but the faults with this in their name")
    parser.add_argument("--keep", action="store_true", help="keep data and logs even when everything holds")
    chosen = parser.parse_args()
    faults = [fault for fault in (SHORT if chosen.short else ALL) if chosen.only.lower() in fault.name.lower()]
    if not faults:
        parser.error("no fault has such a name")
    hurt = SHORT_HURT if chosen.short else HURT
    plan = Plan(seed=chosen.seed, faults=faults, rate=chosen.rate, hurt=hurt, away=chosen.away)
    console = Console()
    console.print(f"seed {plan.seed}; to repeat: make chaos SEED={plan.seed}", highlight=False)
    folder = Path(tempfile.mkdtemp(prefix="onewindow-chaos-"))
    folder.chmod(0o711)
    sound = False
    try:
        with own_broker() as broker:
            report = Report(console)
            sound = report.conclude(asyncio.run(run(plan, folder / "home", broker, report.tell)))
    except (Broken, NoKafka) as error:
        console.print(f"nothing was shown: {error}", style="red")
        return 2
    finally:
        if sound and not chosen.keep:
            places.remove(folder / "home")
            shutil.rmtree(folder)
        else:
            console.print(f"kept for a look: {folder / 'home'}; to repeat: make chaos SEED={plan.seed}")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
