"""Code tables of the directory: divisions, organisations and the posts of a grid."""

from contracts.codes.table import Code


class DivisionLevel(Code):
    """Level of an administrative division 行政区划级别.

    Source: the statistics bureau's division codes: 2, 4, 6, 9 and 12 significant digits.
    """

    PROVINCE = "PROVINCE", "省级", "province, 2 digits"
    PREFECTURE = "PREFECTURE", "地级", "prefecture, 4 digits"
    COUNTY = "COUNTY", "县级", "county, 6 digits"
    TOWNSHIP = "TOWNSHIP", "乡级", "township, 9 digits"
    VILLAGE = "VILLAGE", "村级", "village or residents' committee, 12 digits"


class DivisionKind(Code):
    """What a division is, within its level 行政区划类型.

    Source: the pattern of the statistics bureau's codes: digits 7-9 of a township 0xx street, 1xx town, 2xx township,
    4xx town-like unit. Town-like units are not counted as townships.
    """

    PROVINCE = "PROVINCE", "省级单位", "province, autonomous region or municipality"
    PREFECTURE = "PREFECTURE", "地级单位", "prefecture-level unit"
    COUNTY = "COUNTY", "县级单位", "county, district or county-level city"
    STREET = "STREET", "街道", "street office"
    TOWN = "TOWN", "镇", "town"
    TOWNSHIP = "TOWNSHIP", "乡", "township"
    TOWN_LIKE_UNIT = "TOWN_LIKE_UNIT", "类似乡级单位", "town-like unit such as a farm or a development zone"
    RESIDENTS_COMMITTEE = "RESIDENTS_COMMITTEE", "居委会", "residents' committee"
    VILLAGE_COMMITTEE = "VILLAGE_COMMITTEE", "村委会", "villagers' committee"
    OTHER = "OTHER", "其他", "of another or unknown kind"


class OrganisationKind(Code):
    """What a body of the directory is 机构类别.

    Source: the source article and press on the two counties; People's Mediation Law arts. 8 and 34.
    """

    GOVERNANCE_SERVICE_CENTER = "GOVERNANCE_SERVICE_CENTER", "社会治理综合服务中心", "county service centre"
    PUBLIC_ORDER_CENTER = "PUBLIC_ORDER_CENTER", "综治中心", "public-order centre"
    COURT_COMMAND_CENTER = "COURT_COMMAND_CENTER", "“一乡一庭”指挥中心", "command centre of the township tribunals"
    PUBLIC_LEGAL_SERVICE_CENTER = "PUBLIC_LEGAL_SERVICE_CENTER", "公共法律服务中心", "public legal service centre"
    TOWNSHIP_MEDIATION_CENTER = (
        "TOWNSHIP_MEDIATION_CENTER",
        "乡镇诉前调解中心",
        "township pre-litigation mediation centre",
    )
    VILLAGE_MEDIATION_ROOM = "VILLAGE_MEDIATION_ROOM", "村级诉前调解室", "village pre-litigation mediation room"
    MEDIATION_COMMITTEE = "MEDIATION_COMMITTEE", "人民调解委员会", "people's mediation committee"
    SPECIALIZED_COMMITTEE = "SPECIALIZED_COMMITTEE", "行业性专业性调委会", "specialised mediation committee"
    COURT_STATION = "COURT_STATION", "人民法庭工作站", "people's tribunal work station"
    COURT = "COURT", "人民法院", "people's court"
    POLICE = "POLICE", "公安机关", "police"
    JUSTICE_BUREAU = "JUSTICE_BUREAU", "司法行政机关", "justice bureau or office"
    PETITION_DEPARTMENT = "PETITION_DEPARTMENT", "信访部门", "petition department"
    GOVERNMENT_DEPARTMENT = "GOVERNMENT_DEPARTMENT", "政府部门", "government department"
    PARTY_ORGAN = "PARTY_ORGAN", "党委部门", "party organ"
    TOWNSHIP_GOVERNMENT = "TOWNSHIP_GOVERNMENT", "乡镇人民政府", "township government"
    OTHER = "OTHER", "其他", "other"


class GridRole(Code):
    """The five posts that a complete grid has 一格五员.

    Source: the source article.
    """

    GRID_PATROLLER = "GRID_PATROLLER", "网格巡查员", "grid patroller"
    GRID_LEADER = "GRID_LEADER", "网格长", "grid leader"
    GRID_SUPERVISOR = "GRID_SUPERVISOR", "网格督导员", "grid supervisor"
    GRID_POLICE_OFFICER = "GRID_POLICE_OFFICER", "网格警务员", "grid police officer"
    PARTY_GRID_VOLUNTEER = "PARTY_GRID_VOLUNTEER", "党员网格志愿者", "party member volunteer of the grid"
