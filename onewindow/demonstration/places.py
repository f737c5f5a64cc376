"""The demonstration's directory: real divisions down to the townships, and below them places that say what they are."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.codes import OrganisationKind
from contracts.demonstration import COUNTY, MEDIATOR, ORGANISATION, TOWNSHIP, demonstration_id
from contracts.roles import Role

PROVINCE: Final = "130000000000"
PREFECTURE: Final = "130900000000"
XIAN: Final = "130929000000"
"""Xian county 献县, the neighbour: what is registered there, nobody of Suning sees."""

SUNING: Final = {
    "100": "肃宁镇",
    "101": "梁家村镇",
    "102": "窝北镇",
    "103": "尚村镇",
    "104": "万里镇",
    "105": "师素镇",
    "106": "河北留善寺镇",
    "107": "付家佐镇",
    "205": "邵庄乡",
}
XIANS: Final = {
    "100": "乐寿镇",
    "101": "淮镇镇",
    "102": "郭庄镇",
    "103": "河城街镇",
    "104": "韩村镇",
    "105": "陌南镇",
    "106": "陈庄镇",
    "107": "段村镇",
    "108": "高官镇",
    "109": "十五级镇",
    "206": "商林乡",
    "209": "张村乡",
    "210": "临河乡",
    "211": "小平王乡",
    "213": "垒头乡",
    "214": "南河头乡",
    "215": "西城乡",
    "216": "本斋回族乡",
    "400": "梅庄洼农场",
    "401": "献县经济开发区",
}
"""Names and codes of domain.md 5.6, as the public list of divisions has them; 400 and 401 are town-like units."""
VILLAGES: Final = {
    "130926100001": "示范社区",
    "130926102201": "示范一村",
    "130926102202": "示范二村",
    "130926103201": "示范三村",
    "130929100201": "示范四村",
}
"""Invented, and named so: no list of real villages was at hand."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body of the demonstration."""

    id: UUID
    name: str
    kind: OrganisationKind
    division: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the demonstration, and the invented name of whoever holds it."""

    id: UUID
    organisation_id: UUID
    division: str
    title: str
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of the demonstration."""

    id: UUID
    code: str
    name: str
    division: str
    households: int


CENTRE: Final = demonstration_id(601)
XIANS_COMMITTEE: Final = demonstration_id(606)
COUNTY_MEDIATOR: Final = demonstration_id(501)
XIANS_MEDIATOR: Final = demonstration_id(502)

ORGANISATIONS: Final = (
    Organisation(ORGANISATION, "窝北镇诉前调解中心", OrganisationKind.TOWNSHIP_MEDIATION_CENTER, TOWNSHIP),
    Organisation(CENTRE, "肃宁县社会治理综合服务中心", OrganisationKind.GOVERNANCE_SERVICE_CENTER, COUNTY),
    Organisation(demonstration_id(602), "肃宁县人民调解委员会", OrganisationKind.MEDIATION_COMMITTEE, COUNTY),
    Organisation(demonstration_id(603), "肃宁县信访局", OrganisationKind.PETITION_DEPARTMENT, COUNTY),
    Organisation(demonstration_id(604), "窝北镇综治中心", OrganisationKind.PUBLIC_ORDER_CENTER, TOWNSHIP),
    Organisation(demonstration_id(605), "示范一村诉前调解室", OrganisationKind.VILLAGE_MEDIATION_ROOM, "130926102201"),
    Organisation(XIANS_COMMITTEE, "献县人民调解委员会", OrganisationKind.MEDIATION_COMMITTEE, XIAN),
)

GRIDS: Final = (
    Grid(demonstration_id(700), "130926102201001", "示范一村第一网格", "130926102201", 246),
    Grid(demonstration_id(701), "130926102201002", "示范一村第二网格", "130926102201", 231),
    Grid(demonstration_id(702), "130926103201001", "示范三村第一网格", "130926103201", 288),
)

_FIVE: Final = (
    (Role.GRID_LEADER, "网格长", "孙格一"),
    (Role.GRID_PATROLLER, "网格巡查员", "周格二"),
    (Role.GRID_SUPERVISOR, "网格督导员", "吴格三"),
    (Role.GRID_POLICE_OFFICER, "网格警务员", "郑格四"),
    (Role.PARTY_GRID_VOLUNTEER, "党员网格志愿者", "冯格五"),
)
POSTS: Final = (
    Post(MEDIATOR, ORGANISATION, TOWNSHIP, "窝北镇专职调解员", Role.MEDIATOR, "陈公平"),
    Post(COUNTY_MEDIATOR, demonstration_id(602), COUNTY, "县调委会调解员", Role.MEDIATOR, "褚公道"),
    Post(XIANS_MEDIATOR, XIANS_COMMITTEE, XIAN, "献县调委会调解员", Role.MEDIATOR, "卫公正"),
    Post(demonstration_id(503), CENTRE, COUNTY, "综合窗口", Role.WINDOW_CLERK, "蒋一窗"),
    Post(demonstration_id(504), CENTRE, COUNTY, "调度岗", Role.DISPATCHER, "沈分流"),
    Post(demonstration_id(505), demonstration_id(603), COUNTY, "信访承办岗", Role.PETITION_HANDLER, "韩承办"),
    Post(
        demonstration_id(506),
        demonstration_id(605),
        "130926102201",
        "诉调室主任",
        Role.VILLAGE_ROOM_DIRECTOR,
        "杨书记",
    ),
    *(
        Post(
            demonstration_id(510 + 10 * number + place),
            demonstration_id(604),
            grid.division,
            f"{grid.name}{title}",
            role,
            name,
        )
        for number, grid in enumerate(GRIDS)
        for place, (role, title, name) in enumerate(_FIVE)
    ),
)
"""A complete grid has its five posts (一格五员)."""


def divisions() -> list[dict[str, str | None]]:
    """Every division as the API takes it, each after the one above it."""
    counties = [(COUNTY, "肃宁县", SUNING), (XIAN, "献县", XIANS)]
    found: list[tuple[str, str, str | None, str]] = [
        (PROVINCE, "河北省", None, "PROVINCE"),
        (PREFECTURE, "沧州市", PROVINCE, "PREFECTURE"),
        *((code, name, PREFECTURE, "COUNTY") for code, name, _ in counties),
        *(
            (f"{code[:6]}{part}000", name, code, "TOWNSHIP")
            for code, _, townships in counties
            for part, name in townships.items()
        ),
        *((code, name, f"{code[:9]}000", "VILLAGE") for code, name in VILLAGES.items()),
    ]
    return [{"code": code, "name": name, "parent_code": parent, "level": level} for code, name, parent, level in found]
