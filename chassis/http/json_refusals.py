"""Why a body is not let in as JSON: one refusal for each reason, so that a program can tell them apart."""

from http import HTTPStatus

from chassis.http.problems import HttpRefusal


class NotJson(HttpRefusal):
    """The media type is not the one that bodies have here."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported_media_type"
    zh = "只接受 UTF-8 编码、未压缩的 application/json"
    en = "Only application/json in UTF-8 is taken, and not compressed"


class MalformedJson(HttpRefusal):
    """The body is not one JSON value."""

    code = "malformed_json"
    zh = "请求体不是合法的 JSON"
    en = "The body is not one valid JSON value"


class NotUtf8(HttpRefusal):
    """Bytes that are not UTF-8, UTF-16 among them, or a byte order mark in front."""

    code = "not_utf8"
    zh = "请求体应为不带 BOM 的 UTF-8 编码"
    en = "The body must be UTF-8 without a byte order mark"


class TrailingBytes(HttpRefusal):
    """Something follows the value."""

    code = "trailing_bytes"
    zh = "JSON 之后还有多余内容"
    en = "Something follows the JSON value"


class DuplicateKey(HttpRefusal):
    """Two readers could take different values for one key."""

    code = "duplicate_key"
    zh = "同一对象中有重复的键"
    en = "An object has the same key twice"


class LoneSurrogate(HttpRefusal):
    """Half a character, which UTF-8 cannot write."""

    code = "lone_surrogate"
    zh = "文本中有不成对的代理字符"
    en = "A text holds half of a surrogate pair"


class NulCharacter(HttpRefusal):
    """U+0000, which PostgreSQL keeps in no text."""

    code = "nul_character"
    zh = "文本中有空字符 U+0000"
    en = "A text holds U+0000"


class NumberOutOfRange(HttpRefusal):
    """NaN, an infinity, or an integer beyond 64 bits."""

    code = "number_out_of_range"
    zh = "数字超出范围或不是有限数"
    en = "A number is not finite or beyond 64 bits"


class TooDeep(HttpRefusal):
    """Nested deeper than any body here is."""

    code = "too_deep"
    zh = "JSON 嵌套过深"
    en = "The JSON is nested too deeply"


class TooManyKeys(HttpRefusal):
    """More keys than any body here has."""

    code = "too_many_keys"
    zh = "JSON 的键过多"
    en = "The JSON has too many keys"
