"""The demonstration's cases: what was brought, by whom, and what has happened to each so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from contracts.codes import (
    CaseKind,
    DisputeType,
    DissatisfactionReason,
    IntakeChannel,
    PartyRole,
    PetitionCategory,
    Route,
    Satisfaction,
)
from contracts.demonstration import CASES, TOWNSHIP, demonstration_id, party_id

CONSENTED: Final = ("seek", "consent_1", "consent_2")
ACCEPTED: Final = (*CONSENTED, "accept")
ASSIGNED: Final = (*ACCEPTED, "assign")
MET: Final = (*ASSIGNED, "meet")
WRITTEN: Final = (*MET, "agree_in_writing")
"""How far a mediation has come, by the acts of `acts`."""
OPINED: Final = ("accept_petition", "issue")
DELIVERED: Final = (*OPINED, "deliver")
CONCLUDED: Final = (*DELIVERED, "conclude")
"""The same of a petition."""

ORDINARY: Final = 100
"""Ordinary cases are numbered from here; those that examples name come before."""
ORDINARY_PARTIES: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An invented person."""

    id: UUID
    role: PartyRole
    name: str
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A case of the demonstration, with the acts that have been done to it in their order."""

    id: UUID
    kind: CaseKind
    title: str
    narrative: str
    division: str = TOWNSHIP
    channel: IntakeChannel = IntakeChannel.WINDOW
    category: DisputeType | None = None
    petition_category: PetitionCategory | None = None
    people_involved: int | None = None
    amount_fen: int | None = None
    parties: Sequence[Party] = field(default=())
    route: Route | None = None
    acts: Sequence[str] = ()
    satisfaction: Satisfaction | None = None
    reason: DissatisfactionReason | None = None

    @property
    def county(self) -> str:
        """The county whose staff have it."""
        return f"{self.division[:6]}000000"


EXAMPLE_ACTS: Final[dict[str, tuple[Route | None, Sequence[str]]]] = {
    "intake.cases.read": (None, ()),
    "intake.cases.route": (None, ()),
    "intake.cases.record_satisfaction": (Route.MEDIATION, (*MET, "agree_orally")),
    "mediation.cases.read": (Route.MEDIATION, ()),
    "mediation.cases.seek_consent": (Route.MEDIATION, ()),
    "mediation.cases.record_consent": (Route.MEDIATION, ("seek",)),
    "mediation.cases.accept": (Route.MEDIATION, CONSENTED),
    "mediation.cases.assign_mediator": (Route.MEDIATION, ACCEPTED),
    "mediation.cases.record_session": (Route.MEDIATION, ASSIGNED),
    "mediation.cases.terminate": (Route.MEDIATION, MET),
    "mediation.agreements.record": (Route.MEDIATION, MET),
    "mediation.agreements.make_effective": (Route.MEDIATION, WRITTEN),
    "petition.matters.read": (Route.PETITION, ()),
    "petition.matters.accept": (Route.PETITION, ()),
    "petition.opinions.issue": (Route.PETITION, ("accept_petition",)),
    "petition.opinions.deliver": (Route.PETITION, OPINED),
    "petition.matters.conclude": (Route.PETITION, DELIVERED),
    "petition.matters.extend": (Route.PETITION, ("accept_petition",)),
}
"""What has to have happened for each example of the API documentation to be accepted."""


def examples() -> list[Matter]:
    """The cases that examples name, each in the state that its act needs."""
    return [_example(act, case_id) for act, case_id in CASES.items()]


def ordinary() -> list[Matter]:
    """Cases of every kind and at every stage."""
    return [
        _dispute(1, "院墙滴水纠纷", "甲家屋檐滴水落入乙家院内，雨季墙根返潮，双方争执。", DisputeType.NEIGHBOR),
        _dispute(2, "承包地边界", "两户承包地相邻，耕种时越界一垄，各执一词。", DisputeType.FOREST_LAND, village=1),
        _dispute(3, "狗伤赔偿", "一户所养的狗咬伤邻居孩子，对医药费承担有分歧。", DisputeType.DAMAGE_COMPENSATION),
        _dispute(4, "赡养费用", "老人有三个子女，对赡养费用分担未能一致。", DisputeType.MARRIAGE_FAMILY, sent=()),
        _dispute(5, "彩礼返还", "双方解除婚约后就彩礼返还数额发生争执。", DisputeType.MARRIAGE_FAMILY, sent=()),
        _dispute(6, "宅基地出路", "新建院落占用共用出路，邻居要求恢复。", DisputeType.HOUSE_HOMESTEAD, sent=("seek",)),
        _dispute(
            7, "裘皮货款", "收购裘皮未按约付清货款，卖方上门催要。", DisputeType.CONTRACT, sent=ACCEPTED, fen=4_860_000
        ),
        _dispute(
            8, "工程款拖欠", "农忙过后仍未领到春季工钱。", DisputeType.MIGRANT_WAGE_ARREARS, sent=MET, fen=1_250_000
        ),
        _dispute(9, "交通事故赔偿", "电动三轮车与轿车刮碰，对误工费有争议。", DisputeType.TRAFFIC_ACCIDENT, sent=MET),
        _dispute(
            10,
            "树木遮挡",
            "邻居栽种的树遮挡菜地，要求修剪。",
            DisputeType.NEIGHBOR,
            sent=(*MET, "agree_orally"),
            said=Satisfaction.SATISFIED,
        ),
        _dispute(
            11,
            "噪声扰民",
            "作坊夜间加工，邻居无法休息。",
            DisputeType.POLLUTION,
            sent=(*MET, "agree_orally"),
            said=Satisfaction.DISSATISFIED,
            reason=DissatisfactionReason.TOO_SLOW,
        ),
        _dispute(
            12,
            "买卖农机",
            "二手农机交付后发现故障，协商退换。",
            DisputeType.CONTRACT,
            sent=(*WRITTEN, "take_effect"),
            said=Satisfaction.BASICALLY_SATISFIED,
            fen=980_000,
        ),
        _dispute(
            13,
            "物业费争议",
            "业主以漏水未修为由拒交物业费。",
            DisputeType.PROPERTY_MANAGEMENT,
            sent=("seek", "refuse_2"),
        ),
        _dispute(14, "合伙账目", "两人合伙养殖，散伙时账目不清。", DisputeType.PRODUCTION_BUSINESS, sent=(*MET, "end")),
        _dispute(15, "献县土地流转", "流转费约定不明，承包户要求调整。", DisputeType.FOREST_LAND, xian=True, sent=MET),
        _dispute(16, "献县邻里排水", "两户共用排水沟堵塞，清淤费用有分歧。", DisputeType.NEIGHBOR, xian=True),
        _petition(17, "反映道路破损", "请求修复村内主路，雨后积水无法通行。"),
        _petition(18, "补贴发放疑问", "请求核对种粮补贴面积。", ("accept_petition",)),
        _petition(19, "低保复核", "请求复核低保待遇。", OPINED),
        _petition(20, "施工占地补偿", "请求核实施工临时占地补偿。", DELIVERED),
        _petition(21, "饮水管网", "请求解决冬季停水问题。", CONCLUDED, Satisfaction.SATISFIED),
        _other(22, CaseKind.CONSULTATION, Route.CONSULTATION, "咨询落户手续", "咨询子女随迁落户需要哪些材料。"),
        _other(23, CaseKind.LEGAL_AID, Route.LEGAL_AID, "申请法律援助", "工伤赔偿案件，家庭困难，申请法律援助。"),
        _other(24, CaseKind.GRID_EVENT, None, "路灯损坏", "巡查发现村口路灯损坏，夜间出行不便。", by_grid=True),
    ]


def _example(act: str, case_id: UUID) -> Matter:
    route, acts = EXAMPLE_ACTS[act]
    if route is Route.PETITION:
        return Matter(
            id=case_id,
            kind=CaseKind.PETITION,
            title="种粮补贴面积",
            narrative="请求重新核定二〇二五年度种粮补贴面积。（接口文档示例）",
            petition_category=PetitionCategory.APPEAL_CLAIM,
            parties=(_petitioner(party_id(act, 1), 0),),
            route=route,
            acts=acts,
        )
    return Matter(
        id=case_id,
        kind=CaseKind.DISPUTE,
        title="界墙修复",
        narrative="两家界墙倒塌，对修复费用有分歧，请求调解。（接口文档示例）",
        category=DisputeType.NEIGHBOR,
        parties=_two(party_id(act, 1), party_id(act, 2), 0),
        route=route,
        acts=acts,
    )


def _dispute(
    number: int,
    title: str,
    narrative: str,
    category: DisputeType,
    *,
    sent: Sequence[str] | None = None,
    said: Satisfaction | None = None,
    reason: DissatisfactionReason | None = None,
    fen: int | None = None,
    village: int = 0,
    xian: bool = False,
) -> Matter:
    """A dispute of two; `sent` are the acts since it went to mediation, None while it has not."""
    places = ("130926102000", "130926102201", "130926103000", "130926100001", "130926205000")
    first = ORDINARY_PARTIES + 10 * number
    return Matter(
        id=demonstration_id(ORDINARY + number),
        kind=CaseKind.DISPUTE,
        title=title,
        narrative=narrative,
        division="130929100000" if xian else places[village or number % len(places)],
        channel=(IntakeChannel.WINDOW, IntakeChannel.GRID_APP, IntakeChannel.HOTLINE_12345)[number % 3],
        category=category,
        people_involved=2 + number % 4,
        amount_fen=fen,
        parties=_two(demonstration_id(first + 1), demonstration_id(first + 2), number),
        route=None if sent is None else Route.MEDIATION,
        acts=sent or (),
        satisfaction=said,
        reason=reason,
    )


def _petition(
    number: int,
    title: str,
    narrative: str,
    acts: Sequence[str] | None = None,
    said: Satisfaction | None = None,
) -> Matter:
    return Matter(
        id=demonstration_id(ORDINARY + number),
        kind=CaseKind.PETITION,
        title=title,
        narrative=narrative,
        division=("130926104000", "130926105000")[number % 2],
        channel=(IntakeChannel.WINDOW, IntakeChannel.LETTER)[number % 2],
        petition_category=PetitionCategory.APPEAL_CLAIM,
        parties=(_petitioner(demonstration_id(ORDINARY_PARTIES + 10 * number + 1), number),),
        route=None if acts is None else Route.PETITION,
        acts=acts or (),
        satisfaction=said,
    )


def _other(
    number: int, kind: CaseKind, route: Route | None, title: str, narrative: str, *, by_grid: bool = False
) -> Matter:
    return Matter(
        id=demonstration_id(ORDINARY + number),
        kind=kind,
        title=title,
        narrative=narrative,
        division="130926102201" if by_grid else "130926100000",
        channel=IntakeChannel.GRID_APP if by_grid else IntakeChannel.WINDOW,
        route=route,
    )


def _two(applicant: UUID, respondent: UUID, number: int) -> tuple[Party, Party]:
    names = ("刘一平", "马二顺", "高三喜", "郭四季", "林五福", "何六安", "罗七巧", "梁八方")
    return (
        Party(
            id=applicant,
            role=PartyRole.APPLICANT,
            name=names[2 * number % len(names)],
            phone=f"139000001{number:02}",
            address=f"肃宁县示范村{number + 1}号",
        ),
        Party(
            id=respondent,
            role=PartyRole.RESPONDENT,
            name=names[(2 * number + 1) % len(names)],
            phone=f"139000002{number:02}",
        ),
    )


def _petitioner(petitioner: UUID, number: int) -> Party:
    return Party(
        id=petitioner,
        role=PartyRole.PETITIONER,
        name=("宋来访", "唐来信")[number % 2],
        phone=f"139000003{number:02}",
        address=f"肃宁县示范村{number + 1}号",
    )
