"""Every setting of the console; each value comes from the environment (see .env.example)."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from config.addresses import database_from, mail_from, redis_from
from config.logs import to_console
from config.navigation import UNFOLD  # noqa: F401  (read by Unfold)
from config.sign_in import sign_in_from

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env")

# --- Core -------------------------------------------------------------------------------------
DATA_DIR = Path(env("SLIPWAY_DATA_DIR", default=str(BASE_DIR / "var")))
# Keys that script/server made at its first start, when no others are set.
environ.Env.read_env(DATA_DIR / "console.env")
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="development-only-secret-key")
# id:base64 of 32 bytes; the first encrypts, all decrypt.
ENCRYPTION_KEYS = env.list(
    "ENCRYPTION_KEYS", default=["dev:c2xpcHdheS1kZXZlbG9wbWVudC1vbmx5LWtleS0zMmI="]
)
INSECURE_DEFAULTS = SECRET_KEY.startswith("development-only") or any(
    key.startswith("dev:") for key in ENCRYPTION_KEYS
)
SLIPWAY_BIND = env("SLIPWAY_BIND", default="127.0.0.1")
SLIPWAY_PORT = env.int("SLIPWAY_PORT", default=8443)
if SLIPWAY_BIND not in ("127.0.0.1", "::1", "localhost") and (DEBUG or INSECURE_DEFAULTS):
    raise ImproperlyConfigured(
        f"Slipway does not listen on {SLIPWAY_BIND} with DEBUG or development keys. "
        "Set SECRET_KEY and ENCRYPTION_KEYS (see .env.example), or bind to 127.0.0.1."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
PIPELINES = "config.pipelines.PIPELINES"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "auditlog",
    "axes",
    "channels",
    "csp",
    "django_htmx",
    "django_rq",
    "operations",
    "nutanix",
    "notices",
    "certificates",
    "hosts",
    "deployments",
    "portal",
    "config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.content_policy.AdminContentPolicy",
    "config.client_address.AuditMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- State ------------------------------------------------------------------------------------
DATABASES = {"default": database_from(env("DATABASE_URL", default=""), DATA_DIR)}
REDIS_URL = env("REDIS_URL", default=f"unix://{DATA_DIR}/valkey.sock?db=0")
RQ = {"COMMIT_MODE": "on_db_commit"}
RQ_QUEUES = {
    name: {**redis_from(REDIS_URL), "DEFAULT_TIMEOUT": timeout, "SERIALIZER": "json"}
    for name, timeout in (("operations", 24 * 3600), ("quick", 600))
}
RQ_SHOW_ADMIN_LINK = False
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- People -----------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator",
                 "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME = 5, 1  # attempts, hours
AXES_CLIENT_IP_CALLABLE = "config.client_address.client_address"
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
globals().update(sign_in_from(env, INSTALLED_APPS, MIDDLEWARE, AUTHENTICATION_BACKENDS))
# The library's own mask shows half of a secret.
AUDITLOG_MASK_CALLABLE = "lib.fields.mask"

# --- Transport --------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{name: ["'none'"] for name in ("default-src", "base-uri", "frame-ancestors")},
        **{f"{name}-src": ["'self'"] for name in ("script", "style", "font", "connect")},
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'"],
    }
}

# --- Words and files --------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# Each in its own words: whoever looks for it may not read the other.
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_AGE, LANGUAGE_COOKIE_HTTPONLY = 365 * 24 * 3600, True
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = env("TIME_ZONE", default="UTC")
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS, SERVESTATIC_AUTOREFRESH = True, DEBUG

# --- Slipway ----------------------------------------------------------------------------------
# How others reach the console; written into certificates as the place of revocation lists, and
# the beginning of links in mails and calendars.
CONSOLE_URL = env("CONSOLE_URL", default="").rstrip("/")
# Disk images that Nutanix clusters may fetch from the console: files directly in this folder.
IMAGES_DIR = Path(env("SLIPWAY_IMAGES", default=str(DATA_DIR / "images")))
RELEASES_DIR = Path(env("RELEASES_DIR", default=str(DATA_DIR / "releases")))
# Bytes: the largest archive taken in, and what must stay free beside it.
RELEASES_LARGEST = env.int("RELEASES_LARGEST", default=8 * 1024**3)
RELEASES_KEEP_FREE = env.int("RELEASES_KEEP_FREE", default=1024**3)
# Loopback or link-local hosts that may be fetched from, or have their certificates looked at.
RELEASE_HOSTS_ALLOWED = env.list("RELEASE_HOSTS_ALLOWED", default=[])
PROBE_HOSTS_ALLOWED = env.list("PROBE_HOSTS_ALLOWED", default=[])
# The `docker compose` v2 plugin of this machine; v1 is refused.
COMPOSE_BINARY = env("COMPOSE_BINARY", default="")
# Name servers asked by the name checks, as ip:port; empty means the system's.
SLIPWAY_NAME_SERVERS = env.list("SLIPWAY_NAME_SERVERS", default=[])
VOLUME_FILESYSTEM = env.str("VOLUME_FILESYSTEM", default="ext4", choices=["ext4", "xfs"])
# How the guest names an attached volume-group disk (nutanix.md 8.11: not verified).
DISK_BY_ID_PATTERN = env("DISK_BY_ID_PATTERN", default="/dev/disk/by-id/scsi-SNUTANIX_VDISK_{disk}")
LOG_DAYS = env.int("LOG_DAYS", default=90)
# Sent as `Authorization: Bearer …` by Prometheus; without it there is no /metrics.
METRICS_TOKEN = env("METRICS_TOKEN", default="")

# --- Mail -------------------------------------------------------------------------------------
# Without a server, notices are recorded and wait for one.
EMAIL_URL = env("EMAIL_URL", default="")
globals().update(mail_from(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("MAIL_FROM", default="Slipway <slipway@localhost>")
MAIL_LANGUAGE = env("MAIL_LANGUAGE", default=LANGUAGE_CODE)

# --- Certificates -----------------------------------------------------------------------------
# Longer lives are refused, unless their authority has a limit of its own; 825 days is what
# Apple's systems take at most.
CERTIFICATE_LONGEST_DAYS = env.int("CERTIFICATE_LONGEST_DAYS", default=825)
# Renewed when this part of the life has passed; warned and alarmed about when this part of it, or
# these days, are left, whichever is shorter.
CERTIFICATE_RENEW_PERCENT = env.int("CERTIFICATE_RENEW_PERCENT", default=67)
CERTIFICATE_WARN_PERCENT = env.int("CERTIFICATE_WARN_PERCENT", default=25)
CERTIFICATE_WARN_DAYS = env.int("CERTIFICATE_WARN_DAYS", default=30)
CERTIFICATE_ALARM_PERCENT = env.int("CERTIFICATE_ALARM_PERCENT", default=10)
CERTIFICATE_ALARM_DAYS = env.int("CERTIFICATE_ALARM_DAYS", default=7)
for part in (CERTIFICATE_RENEW_PERCENT, CERTIFICATE_WARN_PERCENT, CERTIFICATE_ALARM_PERCENT):
    if not 0 < part < 100:
        raise ImproperlyConfigured(f"A part of a lifetime is 1 to 99 percent, not {part}.")

LOGGING = to_console(env("LOG_LEVEL", default="INFO"))
