"""Code tables of petitions under the Petition Work Regulations 信访工作条例, in force from 1 May 2022."""

from contracts.codes.table import Code


class PetitionCategory(Code):
    """The three legal categories of a petition 信访事项类别.

    Source: Petition Work Regulations arts. 29-31. Accusations are refused at every door, with where to go instead,
    until they have a store of their own.
    """

    SUGGESTION = "SUGGESTION", "建议意见", "suggestion or opinion"
    ACCUSATION = "ACCUSATION", "检举控告", "accusation"
    APPEAL_CLAIM = "APPEAL_CLAIM", "申诉求决", "appeal or claim"


class PetitionRoute(Code):
    """By which procedure a petition is handled 办理途径.

    Source: Petition Work Regulations arts. 29, 30 and 31 (1)-(6). Only `R31_6` has the 60 + 30 days of art. 34; the
    others follow the law they lead to.
    """

    R29 = "R29", "建议意见办理", "art. 29: study, adopt, reply"
    R30 = "R30", "纪检监察或有权机关", "art. 30: discipline inspection or the competent organ"
    R31_1 = "R31_1", "涉法涉诉", "art. 31 (1): court, prosecutor, police, review procedures"
    R31_2 = "R31_2", "仲裁", "art. 31 (2): arbitration"
    R31_3 = "R31_3", "党员申诉、申请复审", "art. 31 (3): a party member's appeal, application for re-examination"
    R31_4 = "R31_4", "行政程序", "art. 31 (4): administrative review, adjudication, confirmation, licence, penalty"
    R31_5 = "R31_5", "履行法定职责", "art. 31 (5): investigate illegality or perform a protective duty"
    R31_6 = "R31_6", "信访程序", "art. 31 (6): hear, investigate, issue a handling opinion"


class PetitionState(Code):
    """Where a petition matter stands 信访事项状态.

    Source: Petition Work Regulations arts. 22-37; the machine is this project's.
    """

    REGISTERED = "REGISTERED", "登记", "registered"
    TRANSFERRED = "TRANSFERRED", "转送", "sent to the competent organ"
    ASSIGNED = "ASSIGNED", "交办", "assigned with a date to report by"
    REPORTED_UP = "REPORTED_UP", "上报", "reported to the level above"
    RECEIVED = "RECEIVED", "已接收", "received by the competent organ"
    OBJECTION_RAISED = "OBJECTION_RAISED", "提出异议", "the organ objects that it is not competent"
    RETURNED = "RETURNED", "退回", "handed back to the sender"
    ACCEPTED = "ACCEPTED", "受理", "accepted; a procedure is chosen"
    IN_PROCEDURE = "IN_PROCEDURE", "转入其他法定程序", "in the procedure of another law"
    INVESTIGATING = "INVESTIGATING", "调查核实", "being investigated"
    HEARING = "HEARING", "听证", "hearing"
    MEDIATING = "MEDIATING", "调解和解", "mediation or settlement"
    EXTENDED = "EXTENDED", "延期", "time extended"
    OPINION_ISSUED = "OPINION_ISSUED", "出具处理意见书", "handling opinion issued"
    OPINION_DELIVERED = "OPINION_DELIVERED", "处理意见书送达", "handling opinion delivered"
    REVIEW_REQUESTED = "REVIEW_REQUESTED", "申请复查", "review requested"
    REVIEW_DECIDED = "REVIEW_DECIDED", "复查决定", "review decided"
    RECHECK_REQUESTED = "RECHECK_REQUESTED", "申请复核", "recheck requested"
    RECHECK_HEARING = "RECHECK_HEARING", "复核听证", "recheck hearing"
    RECHECK_DECIDED = "RECHECK_DECIDED", "复核决定", "recheck decided"
    LAPSED = "LAPSED", "逾期未申请", "the window to ask for review went unused"
    EXECUTING = "EXECUTING", "督促执行", "the opinion is being carried out"
    CONCLUDED = "CONCLUDED", "办结", "procedure finished"
    TERMINATED = "TERMINATED", "终结", "exhausted after recheck"
    LEGAL_TRACK = "LEGAL_TRACK", "法律途径", "sent to the legal organs"
    DISCIPLINE_TRACK = "DISCIPLINE_TRACK", "纪检监察途径", "sent to discipline inspection"
    SELF_NOTIFIED = "SELF_NOTIFIED", "告知自行提出", "told where to bring it"
    REDIRECTED = "REDIRECTED", "引导其他途径", "shown another way"
    DIRECT_REPLY = "DIRECT_REPLY", "直接回复", "answered directly"
    FILED = "FILED", "存", "kept on file"
    NOT_ACCEPTED = "NOT_ACCEPTED", "不予受理", "not accepted"
    NO_LONGER_ACCEPTED = "NO_LONGER_ACCEPTED", "不再受理", "no longer accepted"


class OpinionConclusion(Code):
    """What a handling opinion says of the claim 处理意见.

    Source: Petition Work Regulations art. 32.
    """

    SUPPORT = "SUPPORT", "予以支持", "supported"
    EXPLAIN = "EXPLAIN", "做好解释工作", "reasonable but without a basis in law: explained"
    NOT_SUPPORT = "NOT_SUPPORT", "不予支持", "not supported"


class DeliveryMethod(Code):
    """How a document reached the petitioner 送达方式.

    Source: values 0, 1, 2 of the national petition system. Delivery starts the 30 days of arts. 35 and 36.
    """

    IN_PERSON = "IN_PERSON", "直接送达", "0 in person"
    POST = "POST", "邮寄送达", "1 by post"
    OTHER = "OTHER", "其他方式", "2 other"


class ExtensionReason(Code):
    """Why a matter takes longer than 60 days 延期理由.

    Source: Petition Work Regulations art. 34: the circumstances are complex (情况复杂). In what way is this project's.
    """

    SEVERAL_UNITS = "SEVERAL_UNITS", "涉及多个单位", "several units have to act together"
    EVIDENCE = "EVIDENCE", "调查取证复杂", "the facts are hard to establish"
    APPRAISAL = "APPRAISAL", "需要鉴定评估", "an appraisal is needed"
    HEARING = "HEARING", "需要听证", "a hearing is to be held"
    SETTLEMENT = "SETTLEMENT", "正在调解和解", "the parties are being mediated or are settling"
    OTHER = "OTHER", "其他复杂情况", "complex in another way"
