"""The roles people act in, and what each role may do."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from contracts.codes.table import Code


class Role(Code):
    """In what capacity a person acts 角色. A token names one or more; a division limits all of them to its subtree.

    Source: the source article (one grid, five posts; 5+N), People's Mediation Law, Petition Work Regulations.
    """

    GRID_PATROLLER = "GRID_PATROLLER", "网格巡查员", "grid patroller"
    GRID_LEADER = "GRID_LEADER", "网格长", "grid leader"
    GRID_SUPERVISOR = "GRID_SUPERVISOR", "网格督导员", "grid supervisor"
    GRID_POLICE_OFFICER = "GRID_POLICE_OFFICER", "网格警务员", "grid police officer"
    PARTY_GRID_VOLUNTEER = "PARTY_GRID_VOLUNTEER", "党员网格志愿者", "party member volunteer of the grid"
    VILLAGE_ROOM_DIRECTOR = "VILLAGE_ROOM_DIRECTOR", "诉调室主任", "director of a village mediation room"
    MEDIATOR = "MEDIATOR", "人民调解员", "people's mediator"
    COMMITTEE_DIRECTOR = "COMMITTEE_DIRECTOR", "调委会主任", "director of a mediation committee"
    COURT_LIAISON = "COURT_LIAISON", "法院对接员", "liaison of the court"
    PETITION_LIAISON = "PETITION_LIAISON", "信访对接员", "liaison of the petition department"
    POLICE_LIAISON = "POLICE_LIAISON", "公安对接员", "liaison of the police"
    WINDOW_CLERK = "WINDOW_CLERK", "窗口人员", "clerk at the one window"
    DISPATCHER = "DISPATCHER", "调度员", "dispatcher of the centre"
    LEGAL_AID_OFFICER = "LEGAL_AID_OFFICER", "法律援助人员", "legal aid officer"
    NOTARY_ADVISER = "NOTARY_ADVISER", "公证咨询人员", "notary adviser"
    COUNSELOR = "COUNSELOR", "心理咨询师", "counsellor"
    PETITION_REGISTRAR = "PETITION_REGISTRAR", "信访登记员", "registrar of petitions"
    PETITION_HANDLER = "PETITION_HANDLER", "信访承办人", "handler of petitions"
    ORGAN_HEAD = "ORGAN_HEAD", "机关负责人", "head of the competent organ"
    REVIEWER = "REVIEWER", "复查人员", "reviewer, second instance"
    RECHECKER = "RECHECKER", "复核人员", "rechecker, third instance"
    INSPECTOR = "INSPECTOR", "督查专员", "petition inspector"
    LEADING_GROUP_MEMBER = "LEADING_GROUP_MEMBER", "五人领导小组成员", "member of the leading group of five"
    CASE_LEAD_OFFICIAL = "CASE_LEAD_OFFICIAL", "包案领导", "lead official who owns a case"
    UNIT_HEAD = "UNIT_HEAD", "单位一把手", "head of a unit"
    ANALYST = "ANALYST", "分析员", "analyst: figures and open facts, nobody's particulars"
    AUDITOR = "AUDITOR", "审计员", "auditor"
    PRIVACY_OFFICER = "PRIVACY_OFFICER", "个人信息保护负责人", "privacy officer"
    DIRECTORY_ADMIN = "DIRECTORY_ADMIN", "目录管理员", "keeper of divisions, organisations, staff and grids"
    PLATFORM_ADMIN = "PLATFORM_ADMIN", "平台管理员", "keeper of keys and retention; sees no cases"


class Permission(Code):
    """What a route asks for, as `service.noun.verb` 权限."""

    INTAKE_CASES_REGISTER = "intake.cases.register", "登记事项", "register a case"
    INTAKE_CASES_READ = "intake.cases.read", "查看事项（脱敏）", "read and list cases, particulars masked"
    INTAKE_CASES_READ_PARTICULARS = (
        "intake.cases.read_particulars",
        "说明理由后查看个人信息",
        "read particulars in clear for a stated reason, which is journaled",
    )
    INTAKE_CASES_TIMELINE = "intake.cases.timeline", "查看事项时间线", "read the timeline of a case"
    INTAKE_CASES_ROUTE = "intake.cases.route", "分流事项", "send a case to its procedure"
    INTAKE_CASES_RECORD_SATISFACTION = "intake.cases.record_satisfaction", "登记满意度", "record an evaluation"
    INTAKE_DIRECTORY_READ = "intake.directory.read", "查看目录", "read the directory in intake"
    INTAKE_DIRECTORY_MANAGE = "intake.directory.manage", "维护目录", "change divisions, organisations, staff and grids"
    MEDIATION_CASES_READ = "mediation.cases.read", "查看调解案件", "read and list mediation cases, particulars masked"
    MEDIATION_CASES_TIMELINE = "mediation.cases.timeline", "查看调解案件时间线", "read the timeline of a mediation case"
    MEDIATION_CASES_SEEK_CONSENT = "mediation.cases.seek_consent", "征询调解意愿", "ask the parties for their consent"
    MEDIATION_CASES_RECORD_CONSENT = "mediation.cases.record_consent", "登记调解意愿", "record a party's answer"
    MEDIATION_CASES_ACCEPT = "mediation.cases.accept", "受理调解案件", "accept a case for mediation"
    MEDIATION_CASES_ASSIGN_MEDIATOR = "mediation.cases.assign_mediator", "指定调解员", "record who mediates"
    MEDIATION_CASES_RECORD_SESSION = "mediation.cases.record_session", "登记调解场次", "record a session that was held"
    MEDIATION_CASES_TERMINATE = "mediation.cases.terminate", "终止调解", "end a mediation without an agreement"
    MEDIATION_AGREEMENTS_RECORD = "mediation.agreements.record", "登记调解协议", "record the terms agreed on"
    MEDIATION_AGREEMENTS_MAKE_EFFECTIVE = (
        "mediation.agreements.make_effective",
        "确认协议生效",
        "record signatures and seal, by which a written agreement takes effect",
    )
    MEDIATION_DIRECTORY_READ = "mediation.directory.read", "查看目录", "read mediation's copy of the directory"
    PETITION_MATTERS_READ = (
        "petition.matters.read",
        "查看信访事项",
        "read and list petition matters, particulars masked",
    )
    PETITION_MATTERS_TIMELINE = (
        "petition.matters.timeline",
        "查看信访事项时间线",
        "read the timeline of a petition matter",
    )
    PETITION_MATTERS_ACCEPT = "petition.matters.accept", "受理信访事项", "accept a matter and choose its procedure"
    PETITION_MATTERS_EXTEND = "petition.matters.extend", "批准延期", "grant more time to handle a matter, once"
    PETITION_OPINIONS_ISSUE = "petition.opinions.issue", "出具处理意见书", "issue a handling opinion"
    PETITION_OPINIONS_DELIVER = "petition.opinions.deliver", "登记送达", "record the delivery of an opinion"
    PETITION_MATTERS_CONCLUDE = "petition.matters.conclude", "办结信访事项", "conclude a matter"
    PETITION_DIRECTORY_READ = "petition.directory.read", "查看目录", "read petition's copy of the directory"
    ANALYTICS_INDICATORS_READ = "analytics.indicators.read", "查看指标", "read indicators: aggregates only"
    ANALYTICS_FEED_READ = "analytics.feed.read", "读取事件流", "read the open facts one by one, as they were published"
    ANALYTICS_DIRECTORY_READ = "analytics.directory.read", "查看目录", "read analytics' copy of the directory"


ALL_PERMISSIONS: frozenset[str] = frozenset(permission.value for permission in Permission)
"""Every permission there is; a route that names another does not start."""

_P = Permission

_REPORTER = frozenset({_P.INTAKE_CASES_REGISTER, _P.INTAKE_DIRECTORY_READ})
_GRID = _REPORTER | {_P.INTAKE_CASES_READ}
_WINDOW = _GRID | {
    _P.INTAKE_CASES_READ_PARTICULARS,
    _P.INTAKE_CASES_TIMELINE,
    _P.INTAKE_CASES_ROUTE,
    _P.INTAKE_CASES_RECORD_SATISFACTION,
}
_LIAISON = _GRID | {_P.INTAKE_CASES_TIMELINE}
_DESK = frozenset({_P.INTAKE_CASES_READ, _P.INTAKE_CASES_TIMELINE, _P.INTAKE_DIRECTORY_READ})
_MEDIATION_READER = frozenset({_P.MEDIATION_CASES_READ, _P.MEDIATION_CASES_TIMELINE, _P.MEDIATION_DIRECTORY_READ})
_MEDIATION = _MEDIATION_READER | {
    _P.MEDIATION_CASES_SEEK_CONSENT,
    _P.MEDIATION_CASES_RECORD_CONSENT,
    _P.MEDIATION_CASES_ACCEPT,
    _P.MEDIATION_CASES_ASSIGN_MEDIATOR,
    _P.MEDIATION_CASES_RECORD_SESSION,
    _P.MEDIATION_CASES_TERMINATE,
    _P.MEDIATION_AGREEMENTS_RECORD,
    _P.MEDIATION_AGREEMENTS_MAKE_EFFECTIVE,
}
_PETITION_READER = frozenset({_P.PETITION_MATTERS_READ, _P.PETITION_MATTERS_TIMELINE, _P.PETITION_DIRECTORY_READ})
_PETITION = _PETITION_READER | {
    _P.PETITION_MATTERS_ACCEPT,
    _P.PETITION_OPINIONS_ISSUE,
    _P.PETITION_OPINIONS_DELIVER,
    _P.PETITION_MATTERS_CONCLUDE,
}
_REGISTRAR = _PETITION_READER | {_P.PETITION_MATTERS_ACCEPT, _P.PETITION_OPINIONS_DELIVER}
_ANALYST = frozenset({_P.ANALYTICS_INDICATORS_READ, _P.ANALYTICS_DIRECTORY_READ})
_TIMELINES = frozenset({_P.INTAKE_CASES_TIMELINE, _P.MEDIATION_CASES_TIMELINE, _P.PETITION_MATTERS_TIMELINE})

_GRANTED: Mapping[Role, frozenset[Permission]] = {
    Role.GRID_PATROLLER: _GRID,
    Role.GRID_LEADER: _GRID | {_P.INTAKE_CASES_TIMELINE},
    Role.GRID_SUPERVISOR: _DESK | _ANALYST,
    Role.GRID_POLICE_OFFICER: _GRID,
    Role.PARTY_GRID_VOLUNTEER: _REPORTER,  # reports what was heard, looks into nobody's case
    Role.VILLAGE_ROOM_DIRECTOR: _MEDIATION | _GRID,
    Role.MEDIATOR: _MEDIATION,
    Role.COMMITTEE_DIRECTOR: _MEDIATION,
    Role.COURT_LIAISON: _LIAISON | _MEDIATION_READER,
    Role.PETITION_LIAISON: _LIAISON | _PETITION_READER,
    Role.POLICE_LIAISON: _LIAISON | _MEDIATION_READER,
    Role.WINDOW_CLERK: _WINDOW,
    Role.DISPATCHER: _DESK | {_P.INTAKE_CASES_ROUTE} | _ANALYST,
    Role.LEGAL_AID_OFFICER: _DESK,
    Role.NOTARY_ADVISER: _DESK,
    Role.COUNSELOR: _DESK,
    Role.PETITION_REGISTRAR: _REGISTRAR | _GRID,
    Role.PETITION_HANDLER: _PETITION,
    Role.ORGAN_HEAD: _PETITION | {_P.PETITION_MATTERS_EXTEND},  # XF§34: by the head of the organ alone
    Role.REVIEWER: _PETITION_READER,
    Role.RECHECKER: _PETITION_READER,
    Role.INSPECTOR: _PETITION_READER | _ANALYST,
    Role.LEADING_GROUP_MEMBER: _PETITION_READER | _ANALYST,
    Role.CASE_LEAD_OFFICIAL: _PETITION_READER | _ANALYST,
    Role.UNIT_HEAD: _PETITION_READER | _ANALYST,
    Role.ANALYST: _ANALYST | {_P.ANALYTICS_FEED_READ},  # figures and open facts: no case, in no service
    Role.AUDITOR: _TIMELINES,  # who did what and when; no particulars
    Role.PRIVACY_OFFICER: _TIMELINES,  # who looked at whose particulars
    Role.DIRECTORY_ADMIN: frozenset(
        {
            _P.INTAKE_DIRECTORY_READ,
            _P.INTAKE_DIRECTORY_MANAGE,
            _P.MEDIATION_DIRECTORY_READ,
            _P.PETITION_DIRECTORY_READ,
            _P.ANALYTICS_DIRECTORY_READ,
        }
    ),
    Role.PLATFORM_ADMIN: frozenset({_P.INTAKE_DIRECTORY_READ}),  # keys and retention; sees no cases
}

PERMISSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {role: frozenset(permission.value for permission in granted) for role, granted in _GRANTED.items()}
)
"""What each role (or its text) may do, within the division of the token."""


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Everything that any of the roles may do; a role that is not known may do nothing."""
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles))
