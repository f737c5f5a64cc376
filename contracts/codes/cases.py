"""Code tables of a case as the one window sees it: how it came, what it is, where it goes, how it ended."""

from contracts.codes.table import Code


class IntakeChannel(Code):
    """By which door a matter came 受理渠道.

    Source: the source article; values of public mediation systems; the codes are this project's.
    """

    WINDOW = "WINDOW", "窗口来访", "came to the window"
    GRID_APP = "GRID_APP", "网格员APP上报", "reported by a grid worker's phone"
    PHONE = "PHONE", "来电", "telephone call"
    ONLINE = "ONLINE", "网上", "online"
    LETTER = "LETTER", "来信", "letter"
    COURT_REFERRAL = "COURT_REFERRAL", "法院委派/委托", "referred by a court (诉调)"
    PETITION_REFERRAL = "PETITION_REFERRAL", "信访移送", "referred by the petition department (访调)"
    POLICE_REFERRAL = "POLICE_REFERRAL", "公安移送", "referred by the police (警调)"
    HOTLINE_12345 = "HOTLINE_12345", "12345热线", "government hotline 12345"
    PROACTIVE_SCREENING = "PROACTIVE_SCREENING", "主动排查", "found by proactive screening"
    UPPER_ASSIGNMENT = "UPPER_ASSIGNMENT", "上级交办", "assigned from above"
    DEPARTMENT_REFERRAL = "DEPARTMENT_REFERRAL", "部门移送", "referred by another department"


class CaseKind(Code):
    """What was brought, before it is routed 事项类别.

    Source: the services that the window of the source article offers; the codes are this project's.
    """

    DISPUTE = "DISPUTE", "矛盾纠纷", "dispute between parties"
    PETITION = "PETITION", "信访事项", "petition matter"
    LEGAL_AID = "LEGAL_AID", "法律援助", "legal aid"
    NOTARY = "NOTARY", "公证咨询", "notarisation"
    COUNSELLING = "COUNSELLING", "心理疏导", "psychological counselling"
    CONSULTATION = "CONSULTATION", "咨询", "question only"
    GRID_EVENT = "GRID_EVENT", "网格事件", "event reported from a grid, not a dispute"


class CaseState(Code):
    """Where a case stands at the window 事项状态.

    Source: Petition Work Regulations arts. 22-23: registering is not accepting. The machine is this project's.
    """

    REGISTERED = "REGISTERED", "已登记", "registered; not yet sent anywhere"
    ROUTED = "ROUTED", "已分流", "sent to the procedure that can settle it"
    CONCLUDED = "CONCLUDED", "已办结", "has an outcome"


class CaseProgress(Code):
    """How far the service that has a routed case has come 办理进度, as the window tells whoever asks."""

    HANDED_OVER = "HANDED_OVER", "已移交", "handed over, not yet on the other's books"
    OPENED = "OPENED", "已接收", "on the other's books"
    ACCEPTED = "ACCEPTED", "已受理", "formally accepted"
    AGREED = "AGREED", "达成一致", "terms agreed, not yet in effect"
    OPINION_ISSUED = "OPINION_ISSUED", "已出具处理意见", "handling opinion issued"
    OPINION_DELIVERED = "OPINION_DELIVERED", "处理意见已送达", "handling opinion delivered"


class DisputeType(Code):
    """The Ministry of Justice's 18 statistical types of dispute 纠纷类型.

    Source: names as two public systems and a city justice bureau's report agree on them; the numbers 01-17 and 99
    follow that list. Used for mediation's reports.
    """

    MARRIAGE_FAMILY = "MARRIAGE_FAMILY", "婚姻家庭纠纷", "01 marriage and family"
    NEIGHBOR = "NEIGHBOR", "邻里纠纷", "02 neighbours"
    HOUSE_HOMESTEAD = "HOUSE_HOMESTEAD", "房屋宅基地纠纷", "03 house and homestead"
    CONTRACT = "CONTRACT", "合同纠纷", "04 contract"
    PRODUCTION_BUSINESS = "PRODUCTION_BUSINESS", "生产经营纠纷", "05 production and business"
    DAMAGE_COMPENSATION = "DAMAGE_COMPENSATION", "损害赔偿纠纷", "06 compensation for damage"
    FOREST_LAND = "FOREST_LAND", "山林土地纠纷", "07 forest and land"
    LAND_EXPROPRIATION = "LAND_EXPROPRIATION", "征地拆迁纠纷", "08 expropriation and demolition"
    POLLUTION = "POLLUTION", "环境污染纠纷", "09 pollution"
    MIGRANT_WAGE_ARREARS = "MIGRANT_WAGE_ARREARS", "拖欠农民工工资纠纷", "10 migrant workers' unpaid wages"
    OTHER_LABOR = "OTHER_LABOR", "其他劳动争议", "11 other labour disputes"
    TOURISM = "TOURISM", "旅游纠纷", "12 tourism"
    E_COMMERCE = "E_COMMERCE", "电子商务纠纷", "13 electronic commerce"
    OTHER_CONSUMER = "OTHER_CONSUMER", "其他消费纠纷", "14 other consumer disputes"
    MEDICAL = "MEDICAL", "医疗纠纷", "15 medical"
    TRAFFIC_ACCIDENT = "TRAFFIC_ACCIDENT", "道路交通事故纠纷", "16 road traffic accident"
    PROPERTY_MANAGEMENT = "PROPERTY_MANAGEMENT", "物业纠纷", "17 property management"
    OTHER = "OTHER", "其他纠纷", "99 other"


class Tier(Code):
    """Which level of the three-level treatment has the case 分级诊疗层级.

    Source: the source article: 小事不出村、大事不出乡、难事不出县. The order is the norm, never a ground to refuse
    (People's Mediation Law art. 3).
    """

    VILLAGE = "VILLAGE", "村级", "village: pre-litigation mediation room"
    TOWNSHIP = "TOWNSHIP", "乡镇级", "township: pre-litigation mediation centre"
    COUNTY = "COUNTY", "县级", "county: service centre and its committees"


class Route(Code):
    """Where the window sends a case 分流去向.

    Source: the desks of the window in the source article and the procedures that laws open. Everything is registered
    first; a route is never a refusal.
    """

    MEDIATION = "MEDIATION", "人民调解", "people's mediation"
    PETITION = "PETITION", "信访", "petition procedure"
    LEGAL_AID = "LEGAL_AID", "法律援助", "legal aid"
    NOTARY = "NOTARY", "公证", "notary"
    COUNSELLING = "COUNSELLING", "心理疏导", "counselling"
    ARBITRATION = "ARBITRATION", "仲裁", "arbitration"
    ADMINISTRATIVE_REVIEW = "ADMINISTRATIVE_REVIEW", "行政复议", "administrative review"
    LITIGATION = "LITIGATION", "诉讼", "litigation"
    POLICE = "POLICE", "公安", "police"
    DISCIPLINE_INSPECTION = "DISCIPLINE_INSPECTION", "纪检监察", "discipline inspection"
    CONSULTATION = "CONSULTATION", "咨询答复", "answered as a question"


class RoutingReason(Code):
    """Why a case was sent where it went 流转原因; the words a person wrote with it never travel.

    Source: the source article's three-level treatment; the codes are this project's.
    """

    CLASSIFIED = "CLASSIFIED", "窗口分类", "classified at the window"
    REFERRED = "REFERRED", "移送指定", "the referring organ named the procedure"
    SPECIALISED = "SPECIALISED", "专业性纠纷", "a specialised committee is competent"
    ESCALATED = "ESCALATED", "上转", "sent up a tier"
    SENT_DOWN = "SENT_DOWN", "下派", "sent down a tier"
    RETURNED = "RETURNED", "退回", "handed back by a unit that is not competent"
    PARTY_CHOICE = "PARTY_CHOICE", "当事人选择", "the party chose this way"
    CORRECTED = "CORRECTED", "更正", "an earlier routing was wrong"


class PartyRole(Code):
    """In what capacity a person or body stands in a case 当事人身份.

    Source: People's Mediation Law; Petition Work Regulations arts. 17-20.
    """

    APPLICANT = "APPLICANT", "申请人", "who asked for help"
    RESPONDENT = "RESPONDENT", "被申请人", "the other side"
    PETITIONER = "PETITIONER", "信访人", "petitioner"
    REPRESENTATIVE = "REPRESENTATIVE", "代表", "representative of several petitioners, at most five"
    REPORTER = "REPORTER", "上报人", "who reported an event"


class EventScale(Code):
    """How many people an event involves, by class 事件规模.

    Source: field lists of public systems on GB/T 31000-2015: 01, 02, 03.
    """

    INDIVIDUAL = "INDIVIDUAL", "个体性", "01 individual"
    GROUP = "GROUP", "一般群体性", "02 ordinary group"
    MAJOR_GROUP = "MAJOR_GROUP", "重大群体性", "03 major group"


class CaseOutcome(Code):
    """How a case ended for the window 办理结果; none ends without one (有案必调、调必有果).

    Concluded and resolved are two facts: a petition can be concluded and its substance still unsettled.
    """

    AGREEMENT_EFFECTIVE = "AGREEMENT_EFFECTIVE", "调解协议生效", "a mediation agreement took effect"
    ENDED_WITHOUT_AGREEMENT = "ENDED_WITHOUT_AGREEMENT", "未达成协议终止", "mediation ended without an agreement"
    PETITION_CONCLUDED = "PETITION_CONCLUDED", "信访事项办结", "the petition procedure was concluded"
    HANDED_TO_OUTSIDE_ORGAN = "HANDED_TO_OUTSIDE_ORGAN", "移交其他机关", "an organ outside the platform took it"
    ANSWERED = "ANSWERED", "已答复", "answered on the spot or in writing"
    WITHDRAWN = "WITHDRAWN", "撤回", "withdrawn by who brought it"


class ConcludingService(Code):
    """Which service established the outcome 办结单位所属服务."""

    INTAKE = "intake", "一窗受理", "intake"
    MEDIATION = "mediation", "人民调解", "mediation"
    PETITION = "petition", "信访", "petition"


class Satisfaction(Code):
    """What the person said of the handling 满意度评价.

    Source: values of the national petition system. An evaluation not given is no value and stays out of the rate.
    """

    SATISFIED = "SATISFIED", "满意", "satisfied"
    BASICALLY_SATISFIED = "BASICALLY_SATISFIED", "基本满意", "basically satisfied"
    DISSATISFIED = "DISSATISFIED", "不满意", "dissatisfied"


class DissatisfactionReason(Code):
    """Why a person was not satisfied 不满意原因; the person's own words never travel. The codes are this project's."""

    TOO_SLOW = "TOO_SLOW", "办理拖延", "too slow"
    ATTITUDE = "ATTITUDE", "工作态度", "manner of the staff"
    NOT_INFORMED = "NOT_INFORMED", "未告知进展", "was not kept informed"
    OUTCOME = "OUTCOME", "对结果不满意", "the outcome itself"
    NOT_CARRIED_OUT = "NOT_CARRIED_OUT", "结果未落实", "what was decided was not carried out"
    OTHER = "OTHER", "其他", "other"


class EvaluatedUnit(Code):
    """Whom an evaluation is about 评价对象; both are asked and never merged.

    Source: fields of the national petition system.
    """

    RESPONSIBLE_UNIT = "RESPONSIBLE_UNIT", "责任单位", "the unit that handled the matter"
    PETITION_DEPARTMENT = "PETITION_DEPARTMENT", "信访部门", "the petition department"


class AccessPurpose(Code):
    """For what a person's particulars are read in clear 查看个人信息的目的; the purpose is recorded with the reading.

    Source: Personal Information Protection Law arts. 6 and 34: a clear purpose, within the necessary scope.
    """

    HANDLING = "HANDLING", "办理事项", "to handle the case"
    CONTACT = "CONTACT", "联系当事人", "to contact a party"
    VERIFICATION = "VERIFICATION", "核实身份", "to verify who somebody is"
    SERVICE_OF_DOCUMENTS = "SERVICE_OF_DOCUMENTS", "送达文书", "to serve a document"
    CORRECTION = "CORRECTION", "更正信息", "to correct what was recorded"
    DATA_SUBJECT_REQUEST = "DATA_SUBJECT_REQUEST", "本人查阅复制", "the person asked for a copy"
    SUPERVISION = "SUPERVISION", "督查", "to supervise the handling"
