"""All settings of an installation. Everything is read from the environment; nothing is required."""

import os
import secrets
import warnings
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("FOLLOWTHROUGH_VAR", BASE_DIR / "var"))


def flag(name: str, default: bool = False) -> bool:
    """An environment variable as yes or no."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def number(name: str, *, default: int) -> int:
    """An environment variable as a whole number of at least one."""
    given = os.environ.get(name, str(default)).strip()
    if not given.isdecimal() or int(given) < 1:
        raise ValueError(f"{name} is {given!r}; give a whole number from 1, or leave it out.")
    return int(given)


def listed(name: str, default: str = "") -> list[str]:
    """An environment variable as a list, separated by commas."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def kept_secret(name: str) -> str:
    """A secret from the environment, or one made on first use and kept in a file only we read."""
    if name in os.environ:
        return os.environ[name]
    path = VAR_DIR / "secrets" / name.lower()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


def database(url: str) -> dict[str, object]:
    """Django's settings for a `postgresql://user:password@host:port/name` URL.

    A socket's folder and port may stand in the query, as libpq has it: `?host=/run/pg&port=5432`.
    """
    parts = urlsplit(url)
    socket = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or socket.get("host", "")),
        "PORT": str(parts.port or socket.get("port", "")),
    }


def embedded(name: str) -> dict[str, object]:
    """Django's settings for the embedded PostgreSQL (imported only where it is used)."""
    from config import postgres

    return postgres.settings(name)


DATABASE_URL = os.environ.get("DATABASE_URL", "")
POSTGRES_NAME = os.environ.get("FOLLOWTHROUGH_POSTGRES", "main")  # which embedded cluster
DATABASES = {
    "default": {
        **(database(DATABASE_URL) if DATABASE_URL else embedded(POSTGRES_NAME)),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # The planner mistakes fresh queue tables for empty ones; see docs/architecture.md.
        "OPTIONS": {"options": "-c jit=off -c timezone=UTC"},
    }
}
DEBUG = flag("FOLLOWTHROUGH_DEBUG")
DEMO = flag("FOLLOWTHROUGH_DEMO")  # mounts the demo; only the demo's supervisor sets it
SECRET_KEY = kept_secret("SECRET_KEY")
ADDRESS_KEY = kept_secret("ADDRESS_KEY")  # keys the hashes of addresses: losing it loses opt-outs
ALLOWED_HOSTS = listed("FOLLOWTHROUGH_HOSTS", "localhost,127.0.0.1,[::1]")
PUBLIC_URL = os.environ.get("FOLLOWTHROUGH_URL", "http://localhost:8000").rstrip("/")

SHARDS = 8  # how many pieces the work is cut into; more workers than this stay idle
# Processes that do a worker's shards' work: one for each CPU, unless it is said otherwise.
HANDS = number("FOLLOWTHROUGH_HANDS", default=min(SHARDS, os.cpu_count() or 1))

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "followthrough.store",
    "followthrough.audit",
    "followthrough.accounts",
    "followthrough.people",
    "followthrough.governance",
    "followthrough.channels",
    "followthrough.messages",
    "followthrough.journeys",
    "followthrough.conversations",
    "followthrough.runs",
    "followthrough.intake",
    "followthrough.web",
    "followthrough.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "followthrough.web.console.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "followthrough.web.console.middleware.business_clock",
    "followthrough.web.console.middleware.viewer_zone",
    "followthrough.web.console.middleware.deny_by_default",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "followthrough.web.console.frame.frame",
            ]
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # of the console: one is added with its catalog, not before
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # nothing to collect: files are served from where they lie
# They are small and read whole; that this happens in a thread needs no mention in the log.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("FOLLOWTHROUGH_LOG", "INFO")},
}
