"""The embedded PostgreSQL: started from the binaries in a PyPI wheel when DATABASE_URL is not set.

Each checkout has a cluster of its own (named "main"; tests and benchmarks name theirs). It listens
on a socket that only its owner can reach, asks for a password, and outlives the process that
started it.
"""

from .cluster import Cluster, Status, ensure, status, stop
from .connect import dsn, settings
from .errors import (
    AccountError,
    PostgresError,
    StartError,
    UnsupportedPlatformError,
    VersionMismatchError,
)
from .places import home

__all__ = [
    "AccountError",
    "Cluster",
    "PostgresError",
    "StartError",
    "Status",
    "UnsupportedPlatformError",
    "VersionMismatchError",
    "dsn",
    "ensure",
    "home",
    "settings",
    "status",
    "stop",
]
