"""What a plain route does by hand that FastAPI does for the others: read a body and say what is wrong with it."""

from typing import TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from chassis.http.bodies import Body
from chassis.http.validation import WHOLE_BODY

Read = TypeVar("Read", bound=Body)


def read(model: type[Read], value: object) -> Read:
    """A body from its bytes or from a part of a parsed one; raises what FastAPI raises, so it is answered alike."""
    if value == b"":
        raise RequestValidationError([{"type": "missing", "loc": (WHOLE_BODY,)}])
    try:
        return model.model_validate_json(value) if isinstance(value, bytes) else model.model_validate(value)
    except ValidationError as error:
        details = [{**detail, "loc": (WHOLE_BODY, *detail["loc"])} for detail in error.errors(include_url=False)]
        raise RequestValidationError(details) from None
