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
    private_folder(path.parent)
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


def mail_server(url: str) -> dict[str, object]:
    """How mails leave, from `smtp://user:password@host:587`.

    `smtp` asks for STARTTLS, `smtps` speaks TLS from the start, `smtp+plain` neither (only for a
    server on this machine). Raises ValueError for any other scheme.
    """
    parts = urlsplit(url)
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    if parts.scheme not in ports or not parts.hostname:
        raise ValueError("FOLLOWTHROUGH_MAIL is not like smtp://user:password@mail.example:587.")
    return {
        "host": parts.hostname,
        "port": parts.port or ports[parts.scheme],
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "starttls": parts.scheme == "smtp",
        "tls": parts.scheme == "smtps",
    }


def private_folder(path: Path) -> Path:
    """The folder, made if need be, for nobody else's eyes on this machine."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


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
        # The planner mistakes fresh queue tables for empty ones; see docs/architecture.md. Pages
        # ask for little: parallel helpers would take longer to begin than the whole answer takes.
        "OPTIONS": {"options": "-c jit=off -c timezone=UTC -c max_parallel_workers_per_gather=0"},
    }
}
DEBUG = flag("FOLLOWTHROUGH_DEBUG")
DEMO = flag("FOLLOWTHROUGH_DEMO")  # mounts the demo; only the demo's supervisor sets it
SECRET_KEY = kept_secret("SECRET_KEY")
ADDRESS_KEY = kept_secret("ADDRESS_KEY")  # keys the hashes of addresses: losing it loses opt-outs
LINK_KEY = kept_secret("LINK_KEY")  # signs the links in candidates' messages
LINK_KEYS_BEFORE = listed("LINK_KEYS_BEFORE")  # whose links still work: 60 days at least
ALLOWED_HOSTS = listed("FOLLOWTHROUGH_HOSTS", "localhost,127.0.0.1,[::1]")
PUBLIC_URL = os.environ.get("FOLLOWTHROUGH_URL", "http://localhost:8000").rstrip("/")

# Folders with rule packs of one's own, besides those that ship. They can only make things stricter.
RULEPACKS = [Path(one) for one in listed("FOLLOWTHROUGH_RULEPACKS")]

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
    "allauth.account",  # not `allauth` itself: its templates and texts are not ours
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
    "allauth.account.middleware.AccountMiddleware",
    "followthrough.web.console.middleware.chosen_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "followthrough.web.console.middleware.business_clock",
    "followthrough.web.console.middleware.viewer_zone",
    "followthrough.web.console.middleware.said_in_words",
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
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATORS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": _VALIDATORS + "MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": _VALIDATORS + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": _VALIDATORS + "CommonPasswordValidator"},
    {"NAME": _VALIDATORS + "NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
CSRF_FAILURE_VIEW = "followthrough.web.console.errors.not_sure"

# django-allauth: sign-in by mail address and password; nobody signs up without an invitation.
ACCOUNT_ADAPTER = "followthrough.web.console.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation is sent to the address, or handed over
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # that a password was changed
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # they have just shown that the address is theirs
# Django's own: allauth's would keep a second copy of each address in a table of its own.
_TOKENS = "django.contrib.auth.tokens."
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = _TOKENS + "PasswordResetTokenGenerator"
ACCOUNT_FORMS = {"reset_password": "followthrough.web.console.passwords.ForgottenForm"}
ACCOUNT_RATE_LIMITS = {  # beside allauth's own, such as 5 failed sign-ins in 5 minutes an address
    "reset_password": "20/h/ip,3/h/key",
}
# Rate limits are counted here, so that all web processes count together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# How mails about sign-in leave. Without FOLLOWTHROUGH_MAIL none does, and the pages say so.
MAIL_URL = os.environ.get("FOLLOWTHROUGH_MAIL", "")
MAIL = "smtp" if MAIL_URL else "file" if DEMO else "none"
if MAIL == "smtp":
    _mail = mail_server(MAIL_URL)
    EMAIL_HOST, EMAIL_PORT = _mail["host"], _mail["port"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["user"], _mail["password"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["starttls"], _mail["tls"]
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
if MAIL == "file":
    EMAIL_FILE_PATH = private_folder(VAR_DIR / "mail")  # links that let people in are in them
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get(
    "FOLLOWTHROUGH_MAIL_FROM", f"Followthrough <followthrough@{urlsplit(PUBLIC_URL).hostname}>"
)

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
    "filters": {"paths": {"()": "followthrough.web.quiet_paths.QuietPaths"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["paths"]}
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("FOLLOWTHROUGH_LOG", "INFO")},
}
