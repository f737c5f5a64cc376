import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.json_refusals import NulCharacter, NumberOutOfRange
from chassis.http.problems import HttpRefusal
from chassis.http.strict_json import parse
from tests.chassis.http.conftest import Client

CANARY = "13912345678"

REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing but space": (b"  ", "malformed_json"),
    "duplicate key": (b'{"13912345678": 1, "13912345678": 2}', "duplicate_key"),
    "duplicate key within": (b'{"a": [{"b": 1, "b": 2}]}', "duplicate_key"),
    "duplicate key by escape": (b'{"a": 1, "\\u0061": 2}', "duplicate_key"),
    "NaN": (b'{"a": NaN}', "number_out_of_range"),
    "Infinity": (b"[Infinity]", "number_out_of_range"),
    "-Infinity": (b"[-Infinity]", "number_out_of_range"),
    "1e400": (b"[1e400]", "number_out_of_range"),
    "-1e400": (b"[-1e400]", "number_out_of_range"),
    "an endless exponent": (b"[1e99999999999999999999]", "number_out_of_range"),
    "5,000 digits": (b"[" + b"9" * 5000 + b"]", "number_out_of_range"),
    "2^63": (b"[9223372036854775808]", "number_out_of_range"),
    "-2^63-1": (b"[-9223372036854775809]", "number_out_of_range"),
    "2^64 within": (b'{"a": {"b": [18446744073709551616]}}', "number_out_of_range"),
    "trailing word": (b"{} 13912345678", "trailing_bytes"),
    "two values": (b"{}{}", "trailing_bytes"),
    "trailing NUL": (b"{}\x00", "nul_character"),
    "byte order mark": (b"\xef\xbb\xbf{}", "not_utf8"),
    "UTF-16": ('{"a": "13912345678"}'.encode("utf-16"), "not_utf8"),
    "UTF-16 without mark": ('{"a": "13912345678"}'.encode("utf-16-le"), "nul_character"),
    "UTF-32": ("{}".encode("utf-32"), "not_utf8"),
    "GBK": ('{"a": "肃宁"}'.encode("gbk"), "not_utf8"),
    "invalid UTF-8": (b'{"a": "\xff"}', "not_utf8"),
    "overlong NUL": (b'{"a": "\xc0\x80"}', "not_utf8"),
    "surrogate in UTF-8": (b'{"a": "\xed\xa0\x80"}', "not_utf8"),
    "lone high surrogate": (b'{"a": "\\ud800"}', "lone_surrogate"),
    "lone low surrogate": (b'{"a": "\\udc00"}', "lone_surrogate"),
    "reversed pair": (b'{"a": "\\uDC00\\uD800"}', "lone_surrogate"),
    "lone surrogate in a key": (b'{"\\ud800": 1}', "lone_surrogate"),
    "NUL": (b'{"a": "\\u0000"}', "nul_character"),
    "NUL within": (b'{"a": [{"b": "x\\u0000y"}]}', "nul_character"),
    "NUL in a key": (b'{"\\u0000": 1}', "nul_character"),
    "raw NUL": (b'{"a": "\x00"}', "nul_character"),
    "raw control character": (b'{"a": "\x01"}', "malformed_json"),
    "depth 21": (b"[" * 21 + b"]" * 21, "too_deep"),
    "depth 21 of objects": (b'{"a":' * 20 + b"{}" + b"}" * 20, "too_deep"),
    "depth 10,000": (b"[" * 10_000 + b"]" * 10_000, "too_deep"),
    "depth 100,000": (b"[" * 100_000, "too_deep"),
    "10,001 keys": (json.dumps({str(n): n for n in range(10_001)}).encode(), "too_many_keys"),
    "10,002 keys in all": (json.dumps([{"a": n, "b": n, "c": n} for n in range(3334)]).encode(), "too_many_keys"),
    "comment": (b"{} // 13912345678", "trailing_bytes"),
    "single quotes": (b"{'a': '13912345678'}", "malformed_json"),
    "trailing comma": (b"[1,]", "malformed_json"),
    "leading zero": (b"[01]", "malformed_json"),
    "plus": (b"[+1]", "malformed_json"),
    "hexadecimal": (b"[0x10]", "malformed_json"),
    "half an escape": (b'["\\u12"]', "malformed_json"),
    "unknown escape": (b'["\\x41"]', "malformed_json"),
    "cut off": (b'{"a": "13912345678', "malformed_json"),
}

TAKEN: dict[str, bytes] = {
    "-0": b"[-0]",
    "limits of 64 bits": b"[9223372036854775807, -9223372036854775808]",
    "a pair": b'["\\ud83d\\ude00"]',
    "an escaped backslash before u0000": b'["\\\\u0000"]',
    "depth 20": b"[" * 20 + b"1" + b"]" * 20,
    "10,000 keys": json.dumps({str(n): n for n in range(10_000)}).encode(),
    "any white space": b' \t\r\n{ "a" : 1 }\n',
    "beyond the BMP": '["𠮷👨‍👩‍👧"]'.encode(),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_not_strict_json_is_refused_and_not_repeated(closed: Client, name: str) -> None:
    content, code = REFUSED[name]
    headers = {"Content-Type": "application/json", "Idempotency-Key": "key-00000001"}
    answer = await closed.post("/v1/cases", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in answer.text


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_json_is_read_as_json(name: str) -> None:
    assert parse(TAKEN[name]) == json.loads(TAKEN[name])


@pytest.mark.parametrize(
    ("content_type", "taken"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ('Application/JSON;charset="UTF-8"', True),
        ("application/json; charset=gbk", False),
        ("application/json; charset=utf-16", False),
        ("application/json; charset=utf-8; charset=gbk", False),
        ("text/json", False),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("application/merge-patch+json", False),
        ("", False),
        (None, False),
    ],
)
async def test_bodies_are_json_by_their_media_type(closed: Client, content_type: str | None, *, taken: bool) -> None:
    headers = {"Idempotency-Key": "short"} | ({} if content_type is None else {"Content-Type": content_type})
    answer = await closed.post("/v1/cases", content=b"{}", headers=headers)
    code = "idempotency_key_malformed" if taken else "unsupported_media_type"
    assert (answer.status_code, answer.json()["code"]) == (400 if taken else 415, code)


async def test_a_compressed_body_is_refused(closed: Client) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert (await closed.post("/v1/cases", content=b"\x1f\x8b", headers=headers)).status_code == 415


async def test_a_body_where_none_belongs_is_judged_all_the_same(closed: Client) -> None:
    answer = await closed.request("GET", "/v1/cases", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


async def test_an_empty_body_is_left_to_validation(client: Client) -> None:
    answer = await client.post("/v1/cases", headers={"Idempotency-Key": "key-00000001"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "body", "code": "required", "zh": "必填", "en": "is required"}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_it_agrees_with_the_standard_librarys_reading(value: object, escaped: bool) -> None:  # noqa: FBT001
    content = json.dumps(value, ensure_ascii=escaped)
    try:
        body = content.encode()
    except UnicodeEncodeError:
        return  # hypothesis made a lone surrogate, which has no UTF-8
    try:
        assert parse(body) == json.loads(body)
    except NulCharacter:
        assert "\\u0000" in content
    except NumberOutOfRange:
        assert _largest(value) >= 2**63


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with contextlib.suppress(HttpRefusal):
        parse(body)


def _largest(value: object) -> int:
    match value:
        case bool() | None | str() | float():
            return 0
        case int():
            return max(value, -value - 1)
        case list():
            return max((_largest(item) for item in value), default=0)
        case dict():
            return max((_largest(item) for item in value.values()), default=0)
    raise AssertionError
