"""Every role may do something that fits it, and nothing is granted that does not exist."""

import re

import pytest

from contracts.roles import ALL_PERMISSIONS, PERMISSIONS, Permission, Role, permissions_of

# fmt: off
ROLES_OF_THE_FIELD = [
    "GRID_PATROLLER", "GRID_LEADER", "GRID_SUPERVISOR", "GRID_POLICE_OFFICER", "PARTY_GRID_VOLUNTEER",
    "VILLAGE_ROOM_DIRECTOR", "MEDIATOR", "COMMITTEE_DIRECTOR", "COURT_LIAISON", "PETITION_LIAISON",
    "POLICE_LIAISON", "WINDOW_CLERK", "DISPATCHER", "LEGAL_AID_OFFICER", "NOTARY_ADVISER", "COUNSELOR",
    "PETITION_REGISTRAR", "PETITION_HANDLER", "ORGAN_HEAD", "REVIEWER", "RECHECKER", "INSPECTOR",
    "LEADING_GROUP_MEMBER", "CASE_LEAD_OFFICIAL", "UNIT_HEAD", "ANALYST", "AUDITOR", "PRIVACY_OFFICER",
    "DIRECTORY_ADMIN", "PLATFORM_ADMIN",
]
# fmt: on


def test_the_roles_are_those_of_the_field() -> None:
    assert [role.value for role in Role] == ROLES_OF_THE_FIELD


def test_every_role_is_mapped() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_nothing_is_granted_that_does_not_exist() -> None:
    assert frozenset().union(*PERMISSIONS.values()) <= ALL_PERMISSIONS


@pytest.mark.parametrize("permission", sorted(ALL_PERMISSIONS))
def test_every_permission_is_held_by_some_role(permission: str) -> None:
    assert any(permission in granted for granted in PERMISSIONS.values())


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_is_service_noun_verb_and_named_so(permission: Permission) -> None:
    assert re.fullmatch(r"(intake|mediation|petition|analytics)(\.[a-z]+(_[a-z]+)*){2}", permission.value)
    assert permission.name == permission.value.replace(".", "_").upper()


def test_the_window_clerk_registers_and_reads() -> None:
    assert permissions_of(["WINDOW_CLERK"]) >= {"intake.cases.register", "intake.cases.read", "intake.cases.timeline"}


@pytest.mark.parametrize("role", [Role.ANALYST, Role.PLATFORM_ADMIN, Role.DIRECTORY_ADMIN])
def test_who_needs_no_case_sees_no_case(role: Role) -> None:
    assert not {permission for permission in PERMISSIONS[role] if ".cases." in permission or ".matters." in permission}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PRIVACY_OFFICER])
def test_who_supervises_changes_nothing(role: Role) -> None:
    assert all(permission.endswith(".timeline") for permission in PERMISSIONS[role])


def test_particulars_in_clear_are_for_the_window_only() -> None:
    holders = {role for role, granted in PERMISSIONS.items() if "intake.cases.read_particulars" in granted}
    assert holders == {Role.WINDOW_CLERK}


def test_roles_add_up_and_an_unknown_one_adds_nothing() -> None:
    both = permissions_of(["MEDIATOR", "ANALYST", "EMPEROR"])
    assert both == PERMISSIONS["MEDIATOR"] | PERMISSIONS["ANALYST"]
    assert permissions_of([]) == frozenset()
