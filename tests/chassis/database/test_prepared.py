from sqlalchemy import bindparam, column, literal, select

from chassis.database.prepared import Prepared
from chassis.database.scope import SYSTEM
from chassis.database.session import Database


async def test_values_stand_in_the_order_of_the_text_however_they_are_given(database: Database) -> None:
    first, second = bindparam("first", type_=literal("").type), bindparam("second", type_=literal("").type)
    question = Prepared(select(second.label("b"), first.label("a"), second.label("again"), literal("own").label("own")))
    ((b, a, again, own),) = await database.rows(SYSTEM, question, {"first": "1", "second": "2", "unused": "3"})
    assert (a, b, again, own) == ("1", "2", "2", "own")


def test_a_statement_is_compiled_with_its_values_apart() -> None:
    question = Prepared(select(column("a")).where(column("a") == bindparam("given")))
    assert "'; DROP TABLE" not in question.text
    assert question.arguments({"given": "'; DROP TABLE"}) == ["'; DROP TABLE"]
