"""What can go wrong with the embedded PostgreSQL; each names thing, reason and remedy."""

USE_DATABASE_URL = "set DATABASE_URL to a PostgreSQL (15 or later) of your own"


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; `thing`, `reason` and `remedy` are for a person."""

    def __init__(self, *, thing: str, reason: str, remedy: str) -> None:
        super().__init__(f"{thing}: {reason}\nRemedy: {remedy}")
        self.thing = thing
        self.reason = reason
        self.remedy = remedy


class UnsupportedPlatformError(PostgresError):
    """There are no PostgreSQL binaries for this machine."""


class AccountError(PostgresError):
    """Running as root, and no operating-system user to run the server as could be had."""


class VersionMismatchError(PostgresError):
    """The data folder was made by another major version of PostgreSQL than the wheel carries."""


class StartError(PostgresError):
    """initdb or the server gave up; the reason ends with the last lines of its log."""
