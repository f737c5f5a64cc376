"""Code tables are complete: both labels, a source or a reason, and no code twice."""

import json
import re
import subprocess
import sys

import pytest
from pydantic import TypeAdapter

import contracts.codes
from contracts.codes import LABELS, TABLES, Code, DisputeType, Tier
from contracts.roles import Permission, Role

HAN = re.compile(r"[\u4e00-\u9fff]")
ALL_TABLES = [*TABLES.values(), Role, Permission]


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.__name__)
def test_every_code_has_both_labels_and_no_label_stands_twice(table: type[Code]) -> None:
    for code in table:
        assert HAN.search(code.zh), code
        assert re.search(r"[A-Za-z]", code.en), code
    assert len({code.en for code in table}) == len(table)


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.__name__)
def test_every_table_says_in_chinese_what_it_is(table: type[Code]) -> None:
    assert HAN.search((table.__doc__ or "").splitlines()[0])


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.__name__)
def test_a_code_is_named_as_it_travels(table: type[Code]) -> None:
    for name, code in table.__members__.items():
        assert name.lower() == code.value.lower()


def test_no_table_of_the_package_is_left_out() -> None:
    exported = {
        name
        for name in contracts.codes.__all__
        if isinstance(found := getattr(contracts.codes, name), type) and issubclass(found, Code) and found is not Code
    }
    assert exported == TABLES.keys()


def test_the_ministrys_types_are_eighteen_and_numbered_in_order() -> None:
    numbers = [code.en[:2] for code in DisputeType]
    assert numbers == [f"{number:02}" for number in range(1, 18)] + ["99"]


def test_a_code_is_its_text_everywhere() -> None:
    assert Tier("VILLAGE") is Tier.VILLAGE
    assert f"{Tier.VILLAGE}" == "VILLAGE"
    assert json.dumps(Tier.VILLAGE) == '"VILLAGE"'
    assert {Tier.VILLAGE: 1}["VILLAGE"] == 1  # type: ignore[index]
    assert TypeAdapter(Tier).validate_json('"VILLAGE"') is Tier.VILLAGE
    assert LABELS["Tier"]["VILLAGE"].zh == Tier.VILLAGE.zh == "村级"


def test_pure_rules_may_use_the_tables_because_they_import_the_standard_library_only() -> None:
    program = (
        "import sys, contracts.codes, contracts.roles; print([m for m in ('pydantic', 'orjson') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
