"""Masks, above all where a value is short, rare or not what the field expects."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.security.masking import mask_address, mask_identity, mask_name, mask_phone


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("03175021234", "031****1234"),
        ("+85291234567", "+85****4567"),
        ("5021234", "****34"),
        ("12345", "***"),
        ("", "***"),
    ],
)
def test_phones(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13092619900101123X", "130*************3X"),
        ("130926900101123", "130**********23"),
        ("H1234567", "***"),
        ("", "***"),
    ],
)
def test_identity_numbers(number: str, shown: str) -> None:
    assert mask_identity(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王*"),
        ("王明", "王*"),
        ("欧阳娜娜", "欧*"),
        ("李", "*"),
        ("", "*"),
        ("  ", "*"),
        ("𠮷野", "𠮷*"),  # outside the basic plane
        ("𮬛", "*"),
        ("葛\U000e0100城", "葛\U000e0100*"),  # a variation selector belongs to its character
        ("葛\U000e0100", "*"),
        ("Jose\u0301", "J*"),
        ("E\u0301mile", "E\u0301*"),
        ("神\uf9dc", "神*"),
        ("\u202e明小王", "明*"),  # written backwards by a direction mark
        ("\u200b王\u200b小", "王*"),
        ("\u200b王", "*"),
        ("阿不都热合曼·买买提", "阿*"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("河北省沧州市肃宁县肃宁镇东街3号", "河北省沧州市肃宁县肃宁镇***"),
        ("沧州市 献县 本斋回族乡 田庄村 12号", "沧州市献县本斋回族乡***"),
        ("献县乐寿镇幸福小区3号楼2单元", "献县乐寿镇***"),
        ("肃宁县", "肃宁县***"),
        ("内蒙古自治区锡林郭勒盟正蓝旗上都镇东街", "内蒙古自治区锡林郭勒盟正蓝旗上都镇***"),
        ("延边朝鲜族自治州延吉市北山街道丹青社区", "延边朝鲜族自治州延吉市北山街道***"),
        ("献县经济开发区3号", "献县***"),
        ("幸福小区3号楼", "***"),
        ("东街3号", "***"),
        ("市场街12号", "***"),
        ("张三家", "***"),
        ("王小明住肃宁镇东街", "***"),
        ("王小明，13812345678，肃宁县", "***"),
        ("13812345678", "***"),
        ("", "***"),
    ],
)
def test_addresses(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@given(st.text(max_size=60))
@settings(deadline=None)
def test_of_whatever_is_in_a_field_no_more_stays_than_of_the_usual(text: str) -> None:
    assert len(mask_phone(text).replace("*", "")) <= 7
    assert len(mask_identity(text).replace("*", "")) <= 5
    assert mask_name(f"王小{text}") == "王*"


@given(st.text(max_size=200))
@settings(deadline=None)
def test_no_digit_of_an_address_stays(text: str) -> None:
    assert not any(character.isdigit() for character in mask_address(text))
