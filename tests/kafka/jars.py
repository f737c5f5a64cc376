"""The jars of Apache Kafka: copied by Maven once into a cache folder of the user, never into the checkout."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

POM: Final = Path(__file__).with_name("pom.xml")
VERSION: Final = "4.3.1"
OLDEST_JAVA: Final = 17
MAVEN_SECONDS: Final = 300.0
JAVA_SECONDS: Final = 20.0


class NoKafka(Exception):
    """No broker can be had on this machine; the message says why."""


def java() -> str:
    """The Java to run Kafka with, `JAVA_HOME`'s first; raises NoKafka where there is none of version 17 or newer."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None:
        raise NoKafka("no Java is installed")
    try:
        answer = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=JAVA_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise NoKafka("Java does not run") from None
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise NoKafka(f"Java {OLDEST_JAVA} or newer is needed")
    return program


def jars() -> Path:
    """The folder of the jars, filled at the first use; workers of a parallel run wait for the one that fills it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onewindow"
    folder = cache / f"kafka-{VERSION}"
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise NoKafka("no Maven is installed to fetch Kafka with")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"kafka-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _fill(maven, folder)
    return folder


def _fill(maven: str, folder: Path) -> None:
    """Have Maven copy the jars beside their place, which gets its name only when it is complete."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".kafka-") as scratch:
        shutil.copy(POM, scratch)
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={scratch}/jars"]
        try:
            answer = subprocess.run(
                [maven, "-B", "-q", "-f", f"{scratch}/pom.xml", f"-Dkafka.version={VERSION}", *goal],
                capture_output=True,
                timeout=MAVEN_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NoKafka("Maven did not fetch Kafka in time") from None
        if answer.returncode != 0:
            raise NoKafka("Maven could not fetch Kafka")
        (Path(scratch) / "jars").rename(folder)
