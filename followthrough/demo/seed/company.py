"""Northwind Outfitters: its sites, openings, maps and people. Plain values; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Northwind Outfitters"
SLUG = "northwind-outfitters"
COUNTRY = "US"
POSTAL_ADDRESS = "1450 Truckee River Road\nReno, NV 89502"
TEXTS_FROM = "+17755550199"
TEXT_PRICE = {"amount": "0.0083", "currency": "USD"}  # of one part
MAILS_FROM = "jobs@northwind.example"


@dataclass(frozen=True)
class Place:
    """A site, with the area codes people there have."""

    id: str
    name: str
    address: str
    region: str
    zone: str
    area_codes: tuple[str, ...]


RENO = Place(
    "site-reno", "Reno", "1450 Truckee River Road, Reno, NV", "NV",
    "America/Los_Angeles", ("775", "530", "916"),
)  # fmt: skip
COLUMBUS = Place(
    "site-columbus", "Columbus", "88 Scioto Street, Columbus, OH", "OH",
    "America/New_York", ("614", "380", "740"),
)  # fmt: skip
SAN_ANTONIO = Place(
    "site-san-antonio", "San Antonio", "2200 Pecan Valley Drive, San Antonio, TX", "TX",
    "America/Chicago", ("210", "726", "830"),
)  # fmt: skip


TEAMS = {"retail": "Stores", "warehouse": "Warehouses", "office": "Head office"}  # by family


@dataclass(frozen=True)
class Colleague:
    """Somebody who works at Northwind: for one site, for some teams, or for the whole company."""

    name: str
    role: str
    email: str
    place: Place | None = None
    teams: tuple[str, ...] = ()


MAYA = Colleague("Maya Lindqvist", "owner", "maya@northwind.example")
TOMAS = Colleague("Tomás Ferreira", "operations", "tomas@northwind.example")
PRIYA = Colleague(
    "Priya Raman", "recruiter", "priya@northwind.example", teams=("Stores", "Head office")
)
DEVON = Colleague("Devon Brooks", "recruiter", "devon@northwind.example", teams=("Warehouses",))
KIONA = Colleague("Kiona Yazzie", "coordinator", "kiona@northwind.example", RENO)
MARCUS = Colleague("Marcus Whitfield", "coordinator", "marcus@northwind.example", COLUMBUS)
LUPE = Colleague("Lupe Garza", "coordinator", "lupe@northwind.example", SAN_ANTONIO)
HANNAH = Colleague("Hannah Osei", "hiring_manager", "hannah@northwind.example", RENO)
INGRID = Colleague("Ingrid Sandoval", "compliance", "ingrid@northwind.example")
WEI = Colleague("Wei-Lin Chang", "ats_admin", "wei-lin@northwind.example")
SAMUEL = Colleague("Samuel Adeyinka", "read_only", "samuel@northwind.example")

OWNER = MAYA  # whom the one-time link signs in
TEAM = (MAYA, TOMAS, PRIYA, DEVON, KIONA, MARCUS, LUPE, HANNAH, INGRID, WEI, SAMUEL)


@dataclass(frozen=True)
class Opening:
    """A requisition. `weight` is how many people it draws, beside the others."""

    id: str
    title: str
    family: str
    place: Place
    weight: int

    @property
    def team(self) -> str:
        """Whose it is."""
        return TEAMS[self.family]


OPENINGS = (
    Opening("REQ-101", "Store associate", "retail", RENO, 14),
    Opening("REQ-102", "Store associate", "retail", COLUMBUS, 14),
    Opening("REQ-103", "Store associate", "retail", SAN_ANTONIO, 16),
    Opening("REQ-104", "Shift lead", "retail", RENO, 5),
    Opening("REQ-105", "Visual merchandiser", "retail", SAN_ANTONIO, 4),
    Opening("REQ-201", "Warehouse associate", "warehouse", RENO, 16),
    Opening("REQ-202", "Forklift operator", "warehouse", COLUMBUS, 9),
    Opening("REQ-203", "Night picker", "warehouse", SAN_ANTONIO, 10),
    Opening("REQ-301", "Payroll specialist", "office", COLUMBUS, 2),
    Opening("REQ-302", "Data analyst", "office", RENO, 3),
)


def opening(requisition: str) -> Opening:
    """The opening with this id."""
    return next(one for one in OPENINGS if one.id == requisition)


MAPS = {"retail": "retail", "warehouse": "warehouse"}  # family -> file in demo/maps; office: none
