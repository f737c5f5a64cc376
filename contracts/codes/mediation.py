"""Code tables of people's mediation."""

from contracts.codes.table import Code


class MediationState(Code):
    """Where a mediation case stands 调解案件状态.

    Source: built on People's Mediation Law arts. 17-31 and the Supreme Court's rules on invited mediation; the machine
    is this project's. Success means that `EFFECTIVE` was reached.
    """

    REGISTERED = "REGISTERED", "已登记", "registered"
    CONSENT_PENDING = "CONSENT_PENDING", "征询意愿", "the parties are being asked"
    ACCEPTED = "ACCEPTED", "已受理", "accepted; the clock runs"
    MEDIATOR_ASSIGNED = "MEDIATOR_ASSIGNED", "已指定调解员", "mediator chosen or appointed"
    IN_MEDIATION = "IN_MEDIATION", "调解中", "at least one session was held"
    SUSPENDED = "SUSPENDED", "中止", "suspended"
    AGREED = "AGREED", "达成一致", "terms agreed, not yet in effect"
    EFFECTIVE = "EFFECTIVE", "协议生效", "agreement in effect"
    PERFORMING = "PERFORMING", "履行中", "being performed"
    BREACHED = "BREACHED", "未履行", "not performed"
    PERFORMED = "PERFORMED", "已履行", "performed"
    FOLLOWED_UP = "FOLLOWED_UP", "已回访", "followed up"
    REJECTED = "REJECTED", "不予受理", "not taken on"
    REDIRECTED = "REDIRECTED", "引导其他途径", "shown another way"
    TERMINATED = "TERMINATED", "终止", "ended without an agreement"
    ESCALATED = "ESCALATED", "上转", "sent up a tier"
    CLOSED = "CLOSED", "结案", "closed with an outcome"
    ARCHIVED = "ARCHIVED", "归档", "filed"


class TerminationReason(Code):
    """Why a mediation ended without an effective agreement 终止原因.

    Source: People's Mediation Law arts. 17, 23, 26; the Supreme Court's rules on online mediation art. 25.
    """

    REFUSED = "REFUSED", "当事人拒绝调解", "a party refused mediation"
    WITHDRAWN = "WITHDRAWN", "当事人撤回", "a party withdrew"
    UNREACHABLE = "UNREACHABLE", "无法联系当事人", "a party could not be reached"
    NO_AGREEMENT = "NO_AGREEMENT", "未达成一致", "no agreement was reached"
    EXPIRED = "EXPIRED", "期限届满", "the time ran out and was not extended"
    SIGNING_REFUSED = "SIGNING_REFUSED", "拒绝签字", "a party would not sign"
    SUED = "SUED", "提起诉讼", "a party went to court"
    SHAM = "SHAM", "虚假调解", "sham mediation"
    CRIMINAL = "CRIMINAL", "涉嫌犯罪", "a crime is suspected"


class AgreementForm(Code):
    """Form of the agreement 协议形式; it decides when the agreement takes effect.

    Source: People's Mediation Law arts. 28-30. Labour, land contracting and medical disputes must be
    settled in writing.
    """

    ORAL = "ORAL", "口头协议", "oral: in effect when reached"
    WRITTEN = (
        "WRITTEN",
        "调解协议书",
        "written: in effect when all parties and the mediator have signed and the committee has sealed it",
    )


class ConsentStand(Code):
    """What a party answered when asked to mediate 调解意愿.

    Source: People's Mediation Law art. 17: no mediation once a party clearly refuses.
    """

    CONSENTED = "CONSENTED", "同意", "agreed to mediation"
    REFUSED = "REFUSED", "拒绝", "clearly refused"


class MediatorChoice(Code):
    """Who chose the mediator 调解员产生方式.

    Source: People's Mediation Law art. 19: the committee appoints, or the parties choose.
    """

    APPOINTED = "APPOINTED", "调委会指定", "appointed by the committee"
    CHOSEN_BY_PARTIES = "CHOSEN_BY_PARTIES", "当事人选择", "chosen by the parties"


class SessionOutcome(Code):
    """How a mediation session that was held ended 调解场次结果; what was said or offered in it never travels.

    Source: the codes are this project's.
    """

    ADJOURNED = "ADJOURNED", "择期再调", "to be continued on another day"
    TERMS_AGREED = "TERMS_AGREED", "达成一致", "the parties agreed on terms"
    NO_AGREEMENT = "NO_AGREEMENT", "未达成一致", "no agreement in this session"
