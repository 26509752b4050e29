"""All settings, read from the environment (and from `.env` beside this project when it exists).

A fresh clone runs with none of them set: SQLite, a key made on the first start, debug pages off.
README.md lists each with its default.
"""

import logging
import sys
from pathlib import Path

import environ
import structlog
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from cxmanager.logs import without_tracebacks_of_refusals
from cxmanager.sidebar import COMMAND_SEARCH_MODELS, SIDEBAR

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")


def _key_of_this_installation() -> str:
    """The key kept in `var/`, made on the first start, so that a fresh clone needs no setting and shares no secret."""
    path = BASE_DIR / "var" / "secret_key"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


# --- Security ---------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or _key_of_this_installation()
# Keys of before: what they signed and sealed is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(id/)?api/"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "x-request-id"]
CORS_EXPOSE_HEADERS = ["X-Request-Id", "Idempotent-Replayed", "Retry-After"]

HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

# unfold's Alpine needs 'unsafe-eval', its inline styles 'unsafe-inline'; nothing else is let in.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        # https: for the pictures that definitions name by an address elsewhere.
        "img-src": [SELF, "data:", "blob:", "https:"],
        "font-src": [SELF, "data:"],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [SELF],
        "object-src": [NONE],
    }
}

# --- Apps -------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "simple_history",
    "corsheaders",
    "csp",
    "axes",
    "cxmanager",
    "access",
    "jobs",
    "profiles",
    "transactions",
    "achievements",
    "benefits",
    "earning",
    "reactions",
]

MIDDLEWARE = [
    # First, so that every answer carries the id and every line of the log the same one.
    "cxmanager.rest.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "cxmanager.pages.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cxmanager.pages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "access.idempotency.IdempotencyMiddleware",
    "cxmanager.rest.fallback.JSONErrorsMiddleware",
    "cxmanager.addresses.RowsOnlyMiddleware",
    # Last, as its documentation asks, so that it sees the answer of every other.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cxmanager.urls"
WSGI_APPLICATION = "cxmanager.wsgi.application"

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

# --- Database ---------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'cxmanager.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that reads first and writes later would otherwise fail at once, without waiting, when another wrote between.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # Django's own pool wants CONN_MAX_AGE at 0: the pool, not the request, keeps the connection.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", default=16),
        # Seconds to wait for a connection: a load balancer that asks for health does not wait half a minute.
        "timeout": 5,
    }
    # What every request asks is prepared by the server: see cxmanager/statements.py. A pooler between may not allow it.
    if env.bool("DATABASE_PREPARED_STATEMENTS", default=True):
        DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Signing in -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = [
    # First, as its documentation asks: a locked-out name is refused before any password is looked at.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = env.int("SIGN_IN_ATTEMPTS", default=8)
AXES_COOLOFF_TIME = 0.25
# Per name and address together: otherwise one mistaken colleague locks the whole shop out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "access.signing_in.username_of"
AXES_LOCKOUT_CALLABLE = "access.signing_in.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# --- Language, time, files --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True
# "22 Nov 2026, 09:34" wherever a date is written, instead of American words.
FORMAT_MODULE_PATH = ["cxmanager.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]

# Addresses typed without a scheme are read as https, as Django 6 will.
FORMS_URLFIELD_ASSUME_HTTPS = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))
# Uploads that only the back office may read (import files, refused rows) lie apart from the public pictures.
PRIVATE_ROOT = env.path("PRIVATE_ROOT", default=str(BASE_DIR / "var" / "files"))
MESSAGE_STORAGE = "cxmanager.plain_messages.PlainStorage"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(PRIVATE_ROOT), "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("MAX_REQUEST_BYTES", default=10_485_760)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="CX Manager <noreply@localhost>")

# --- The programme's own settings -------------------------------------------------------------------------------------

# A number typed without a country code at the counter or in a file is read as a number of this country.
DEFAULT_COUNTRY = env.str("DEFAULT_COUNTRY", default="AU")
# What the setting `currency` begins with; administrators change it under Administration.
DEFAULT_CURRENCY = env.str("DEFAULT_CURRENCY", default="AUD")
REDEMPTION_REVERSAL_MINUTES = env.int("REDEMPTION_REVERSAL_MINUTES", default=10)
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=6_000)
# A customer's own app asks far less often than a till.
MEMBER_REQUESTS_PER_MINUTE = env.int("MEMBER_REQUESTS_PER_MINUTE", default=300)
MEMBER_TOKEN_MINUTES = env.int("MEMBER_TOKEN_MINUTES", default=60)
IDEMPOTENCY_DAYS = env.int("IDEMPOTENCY_DAYS", default=7)
# Who may send keys: functions from a bearer token to the caller's name. Members first, as they are asked without a query.
IDEMPOTENCY_CALLERS = ["profiles.api.members.authentication.caller_of", "access.authentication.caller_of"]
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=60)
# The first seals secrets that are kept, such as those of webhooks; the others still open what they sealed.
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])
# Networks, as 10.1.0.0/16, that webhooks and targets may reach although they are private; and the ports elsewhere.
DELIVERY_ALLOWED_ADDRESSES = env.list("DELIVERY_ALLOWED_ADDRESSES", default=[])
DELIVERY_ALLOWED_PORTS = env.list("DELIVERY_ALLOWED_PORTS", cast=int, default=[80, 443, 8080, 8443])
DELIVERY_TIMEOUT_SECONDS = env.int("DELIVERY_TIMEOUT_SECONDS", default=15)
DELIVERY_FAILURES_BEFORE_PAUSE = env.int("DELIVERY_FAILURES_BEFORE_PAUSE", default=20)
DELIVERY_RETENTION_DAYS = env.int("DELIVERY_RETENTION_DAYS", default=90)
# Empty: the workers look into the database by themselves, and nothing is sent.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or env.str("REDIS_URL", default="")
CELERY_QUEUE = env.str("CELERY_QUEUE", default="cxmanager")
CELERY_SWEEP_SECONDS = env.int("CELERY_SWEEP_SECONDS", default=5)
IMPORT_RETENTION_DAYS = env.int("IMPORT_RETENTION_DAYS", default=30)
MAX_IMPORT_BYTES = env.int("MAX_IMPORT_BYTES", default=1_073_741_824)

# --- REST -------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["access.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["access.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["cxmanager.rest.parsers.LenientJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "cxmanager.rest.paging.OmneoPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "cxmanager.rest.filtering.BracketFilterBackend",
        "cxmanager.rest.filtering.SortBackend",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["access.throttling.TokenThrottle"],
    "DEFAULT_SCHEMA_CLASS": "cxmanager.rest.schema.EnvelopeSchema",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "cxmanager.rest.negotiation.AlwaysJSON",
    "EXCEPTION_HANDLER": "cxmanager.rest.errors.handle",
    "DEFAULT_METADATA_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "DATETIME_FORMAT": "%Y-%m-%d %H:%M:%S",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "CX Manager API",
    "DESCRIPTION": "Profiles, benefits and everything around them. Wire-compatible with Omneo's REST API.",
    "VERSION": "3",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # The same words stand under several keys, and other words under the same key.
    "ENUM_NAME_OVERRIDES": {
        "GenderEnum": "profiles.models.Profile.Gender",
        "ProfileTypeEnum": "profiles.models.Profile.Type",
        "LivingProfileTypeEnum": "profiles.api.writing.LIVING_TYPES",
        "VerificationEnum": "profiles.preferences.VERIFICATION_STATES",
        "AttributeTypeEnum": "profiles.models.CustomAttribute.Type",
        "SettingTypeEnum": "access.models.Setting.Type",
        "AchievementDisplayEnum": "achievements.models.AchievementDefinition.Display",
        "AchievementPeriodEnum": "achievements.models.AchievementDefinition.Period",
        "LevelStrategyEnum": "achievements.models.AchievementDefinition.Strategy",
        "CountsForEnum": "achievements.models.AchievementDefinition.For",
        "EarningRuleTypeEnum": "earning.models.EarningRule.Type",
        "EarningRuleStatusEnum": "earning.models.EarningRule.Status",
        "RewardTypeEnum": "earning.models.RewardDefinition.Type",
        "LoyaltyCardStatusEnum": "earning.models.LoyaltyCard.Status",
        "ApprovalStateEnum": "earning.api.approvals.STATES",
        "BenefitTypeEnum": "benefits.models.BenefitDefinition.Type",
        "TransactionTypeEnum": "transactions.models.Transaction.Type",
        "TransactionStatusEnum": "transactions.models.Transaction.Status",
        "RunStateEnum": "reactions.models.Run.State",
        "DeliveryStateEnum": "reactions.models.Delivery.State",
        "TransactionClaimStatusEnum": "transactions.models.TransactionClaim.Status",
    },
    "SCHEMA_PATH_PREFIX": r"/(?:api/v3|id/api/v1)",
    "PREPROCESSING_HOOKS": ["cxmanager.rest.joining.set_apart"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "cxmanager.rest.documenting.complete"],
}

# --- Back office ------------------------------------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "CX Manager",
    "SITE_HEADER": "CX Manager",
    "SITE_SUBHEADER": _("Loyalty back office"),
    "SITE_SYMBOL": "loyalty",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: "/static/cxmanager/favicon.svg"}
    ],
    # There is no site beside the back office to return to.
    "SITE_URL": "",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "STYLES": [
        lambda request: "/static/cxmanager/cxmanager.css",
        lambda request: "/static/cxmanager/benefits.css",
        lambda request: "/static/cxmanager/earning.css",
        lambda request: "/static/cxmanager/loyalty.css",
    ],
    "SCRIPTS": [
        lambda request: "/static/cxmanager/cxmanager.js",
        lambda request: "/static/cxmanager/benefits.js",
        lambda request: "/static/cxmanager/earning.js",
    ],
    "SIDEBAR": {"show_search": True, "command_search": True, "show_all_applications": False, "navigation": SIDEBAR},
    "COMMAND": {"search_models": COMMAND_SEARCH_MODELS, "show_history": True},
    "DASHBOARD_CALLBACK": "cxmanager.dashboard.figures",
    "COLORS": {
        "primary": {
            "50": "240 253 250",
            "100": "204 251 241",
            "200": "153 246 228",
            "300": "94 234 212",
            "400": "45 212 191",
            "500": "20 184 166",
            "600": "13 148 136",
            "700": "15 118 110",
            "800": "17 94 89",
            "900": "19 78 74",
            "950": "4 47 46",
        },
    },
}

# Cells are escaped by CheckedResource, so that they read back as they were; this would drop the character.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = False
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False

# --- Logging ----------------------------------------------------------------------------------------------------------

# Through the standard library, so that one level and one handler rule everything that is logged.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

# What a client does wrong is no warning to the operator.
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO

# It was replaced by RequestIdMiddleware unless it is a sane one.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True

LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING")
# Looking for the caller's address behind proxies is a tenth of a redemption: only where each request is logged.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = LOG_LEVEL in ("INFO", "DEBUG")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer()
            if env.bool("LOG_JSON", default=False)
            # The pretty tracebacks print every local variable, which takes minutes where one holds a form or a page.
            else structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        }
    },
    "filters": {
        "refusals": {"()": "django.utils.log.CallbackFilter", "callback": without_tracebacks_of_refusals},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
