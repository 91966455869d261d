"""The server's configuration, written at each start: a new release reaches every cluster."""

from pathlib import Path

from .places import Places

SETTINGS = """\
# Written by Followthrough at each start of this server; changes made here are lost.
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '128MB'
effective_cache_size = '512MB'
work_mem = '8MB'
maintenance_work_mem = '64MB'
random_page_cost = 1.1
jit = off
max_wal_size = '1GB'
min_wal_size = '128MB'
checkpoint_timeout = '10min'
wal_compression = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
# One file per weekday, begun anew each week. Errors go to the client as well; the log keeps neither
# statements nor row values, because they hold people's names and numbers.
logging_collector = on
log_filename = 'server-%u.log'
log_file_mode = 0600
log_rotation_age = '1d'
log_rotation_size = 0
log_truncate_on_rotation = on
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_line_prefix = '%m [%p] '
"""
DURABLE = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"
NOT_DURABLE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
# No trust, no TCP: a socket that only its owner reaches, and a password on top.
HBA = "local all all scram-sha-256\n"


def write(places: Places, *, durable: bool) -> None:
    """Write postgresql.conf and pg_hba.conf for this cluster."""
    folders = {
        "hba_file": quoted(places.hba),
        "log_directory": quoted(places.log),
        # A list of folders: the inner quotes keep a comma or a blank in the path from splitting it.
        "unix_socket_directories": quoted(f'"{places.socket}"'),
    }
    lines = "".join(f"{key} = {value}\n" for key, value in folders.items())
    _replace(places.hba, HBA)
    _replace(places.conf, SETTINGS + lines + (DURABLE if durable else NOT_DURABLE))


def is_durable(places: Places) -> bool:
    """Whether the configuration last written was a durable one."""
    return places.conf.read_text().endswith(DURABLE)


def quoted(value: str | Path) -> str:
    """A value as postgresql.conf wants it."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def _replace(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o644)  # the server's user reads it; it holds no secret
