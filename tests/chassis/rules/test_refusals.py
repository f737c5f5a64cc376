from chassis.rules.refusals import IllegalTransition, Refusal


def test_ids_stay_in_the_message_and_out_of_the_texts() -> None:
    refusal = IllegalTransition("a-case-id", field="parties")
    assert str(refusal) == "a-case-id"
    assert refusal.field == "parties"
    assert "a-case-id" not in refusal.zh + refusal.en


def test_a_refusal_says_no_field_unless_told() -> None:
    assert Refusal().field is None
