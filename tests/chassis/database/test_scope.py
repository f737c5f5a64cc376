import pytest

from chassis.database.scope import SYSTEM, NotADivisionCode, Scope


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("130000000000", "13"),
        ("130900000000", "1309"),
        ("130926000000", "130926"),
        ("130926102000", "130926102"),
        ("130926102001", "130926102001"),
        ("110101001000", "110101001"),
    ],
)
def test_a_scope_is_the_significant_part(code: str, value: str) -> None:
    assert Scope.of(code).value == value


@pytest.mark.parametrize(
    "code", ["", "130926", "13092610200", "1309261020000", "13092610200a", "１３０９２６１０２０００", "0" * 12]
)
def test_what_is_no_code_gives_no_scope(code: str) -> None:
    with pytest.raises(NotADivisionCode):
        Scope.of(code)


def test_a_level_is_never_cut_in_two() -> None:
    assert not Scope.of("130926102000").holds("130926103000")
    assert Scope.of("130926000000").holds("130926103000")
    assert not Scope.of("130926000000").holds("130929100000")
    assert SYSTEM.holds("130926102000")


@pytest.mark.parametrize("value", ["', true); DROP TABLE heads; --", "13'", "1309%", "**", " ", "１３", "13\n"])
def test_a_scope_holds_nothing_that_a_statement_could_take_for_more(value: str) -> None:
    with pytest.raises(NotADivisionCode):
        Scope(value)
