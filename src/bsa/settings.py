"""The settings of an installation, read from the environment (`BSA_…`) once, at start.

A secret has no default. `.env.example` names every setting and is compared with this class by a test.
"""

from decimal import Decimal
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated

from pydantic import EmailStr, Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bsa.keyring import KeyRing


class Mode(StrEnum):
    """What an installation is for. Made-up people and printed tokens exist only outside production."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    DEMO = "demo"


class Settings(BaseSettings):
    """Everything that differs between two installations."""

    model_config = SettingsConfigDict(env_prefix="BSA_", extra="ignore", frozen=True)

    mode: Mode = Mode.PRODUCTION
    base_url: HttpUrl = HttpUrl("http://127.0.0.1:8000")
    """Where people find the pages; links in letters and mails start with it. https turns the strict cookie on."""
    organisation: str = "BSA"
    """The name of the organisation, on letters and public pages."""

    database_url: str
    """`sqlite:////path/to/bsa.db` or `postgresql://user:secret@host/name`."""
    database_key: SecretStr | None = None
    """64 hexadecimal digits that encrypt the SQLite file; not used on PostgreSQL."""
    keys_url: str
    """The separate store of wrapped data keys: another SQLite file, or another PostgreSQL schema and role."""
    keys_database_key: SecretStr | None = None
    """64 hexadecimal digits that encrypt the SQLite file of the key store."""
    key_ring: Annotated[SecretStr, NoDecode]
    """`name:base64` pairs of 32-byte keys, comma-separated; the first wraps, all unwrap."""
    figures_role: str | None = Field(default=None, pattern=r"^[a-z_][a-z0-9_]*$")
    """On PostgreSQL: the role under which published figures are read; it may read `statistics_release` and no more."""
    figures_neighbourhood_variance: int = Field(default=20, ge=20, le=10_000)
    """From here on, what `bsa.statistics.profile` says of each: a chosen profile is made as strict as this at least."""
    figures_district_variance: int = Field(default=100, ge=100, le=50_000)
    figures_shown_from: int = Field(default=10, ge=10, le=1_000)
    figures_attributes_from: int = Field(default=20, ge=20, le=1_000)
    figures_share_of_at_least: int = Field(default=50, ge=50, le=1_000)
    figures_share_between: int = Field(default=5, ge=5, le=25)
    figures_neighbourhood_inhabitants: int = Field(default=100, ge=100, le=100_000)
    figures_district_inhabitants: int = Field(default=500, ge=500, le=100_000)
    figures_release_budget: Decimal = Field(default=Decimal("0.60"), gt=0, le=Decimal("0.60"))
    figures_year_budget: Decimal = Field(default=Decimal("2.20"), gt=0, le=Decimal("2.20"))
    figures_sensitive_budget: Decimal = Field(default=Decimal("0.40"), gt=0, le=Decimal("0.40"))
    jobs_url: str | None = None
    """The queue of the worker; on SQLite another file, on PostgreSQL the database itself when left out."""

    verdict_window_days: int = Field(default=14, ge=1, le=90)
    verdict_minimum_voters: int = Field(default=3, ge=1, le=20)
    verdict_counts_from: int = Field(default=5, ge=5, le=50)
    """Below this number of voters only the word of the verdict is shown."""

    exploring_days: int = Field(default=42, ge=7, le=365)
    """After so many days of exploring the worker is asked whether that is on purpose."""
    stated_question_days: int = Field(default=30, ge=7, le=365)
    """After so many days with only the stated question and an individual answer: is this the question?"""
    signal_working_days: int = Field(default=5, ge=1, le=30)
    """Within so many working days a signal wants an answer."""
    no_contact_days: int = Field(default=42, ge=7, le=365)
    """After so many days without a contact, where somebody keeps coming back, the worker is reminded."""
    tries_at_a_door: int = Field(default=3, ge=1, le=10)
    """After so many rounds in the same street another way is suggested."""
    practice_days: int = Field(default=7, ge=1, le=60)
    """So many days before a meeting at which residents speak, practising is suggested."""
    worker_alone_times: int = Field(default=3, ge=2, le=20)
    """When the worker did the same thing alone so many times, it is asked who could next time."""
    window_closing_days: int = Field(default=5, ge=1, le=30)
    """When residents can judge for only so many days more, the team is reminded."""
    reminder_days: int = Field(default=28, ge=7, le=180)
    """So many days it is reminded of what no deed ends: a quiet street, something that was done alone again."""
    hush_days: int = Field(default=7, ge=1, le=30)
    """For so many days nothing is said of what somebody does not want to hear of now."""
    asleep_days: int = Field(default=90, ge=14, le=365)
    """An element of the method of which nothing was visible for so many days is sleeping."""
    suggestion_needs: int = Field(default=3, ge=3, le=50)
    """So many needs that look alike are suggested as a theme."""
    suggestion_households: int = Field(default=3, ge=3, le=50)
    """Those needs come from at least so many households."""
    suggestion_days: int = Field(default=90, ge=14, le=365)
    """Those needs were told within so many days of each other."""
    escalation_days: int = Field(default=30, ge=1, le=365)
    """When a commitment is late by more than so many days, going to the policy level is proposed."""
    agreement_days: int = Field(default=30, ge=1, le=365)
    """So many days before an agreement on working together ends, the team is reminded."""
    track_days: int = Field(default=7, ge=1, le=60)
    """So many days before a term by law ends, or something may begin, the team is reminded."""
    photo_days: int = Field(default=21, ge=1, le=80)
    """When a quarter is so many days old without a photo of the neighbourhood, the team is reminded."""
    voices_an_hour: int = Field(default=5, ge=1, le=100)
    """So many complaints, corrections and questions are taken from one address in an hour."""
    device_days: int = Field(default=7, ge=1, le=7)
    """After so many days a device asks about what it could not send, and destroys what another account left there."""
    phase_names: dict[str, str] = {}
    """Own names for the phases, as JSON: `{"explore": "kennismaken"}`; others keep the usual ones."""

    session_idle_minutes: int = Field(default=20, ge=1, le=240)
    session_hours: int = Field(default=10, ge=1, le=24)
    token_days: int = Field(default=30, ge=1, le=365)

    smtp_url: SecretStr | None = None
    """`smtp://user:secret@host:587` or `smtps://…`; without it letters are only shown and printed."""
    mail_from: EmailStr | None = None

    referral_seen_days: int = Field(default=1, ge=1, le=10)
    """Within so many working days a referral is seen."""
    referral_decision_days: int = Field(default=5, ge=1, le=30)
    """Within so many working days it is decided whether a referral is taken on."""
    referral_content_days: int = Field(default=90, ge=7, le=365)
    """So many days after a referral is over, what it says is wiped; its states and days stay."""
    referral_phone: str | None = Field(default=None, max_length=20)
    """The number to call when something cannot wait until tomorrow."""

    requests_a_minute: int = Field(default=600, ge=10, le=10_000_000)
    """So many requests a minute are taken by each process from one caller."""
    access_token_minutes: int = Field(default=10, ge=1, le=60)
    """How long a machine's token holds."""
    signing_key_days: int = Field(default=90, ge=1, le=400)
    """After so many days another key signs the tokens of machines."""
    oauth_issuer: str | None = Field(default=None, pattern=r"^https?://\S+$", max_length=300)
    """An authorisation server elsewhere that issues the tokens, exactly as it names itself; without it this
    installation does."""
    oauth_jwks_url: str | None = Field(default=None, pattern=r"^(https?://|file:///)\S+$", max_length=300)
    """Where the keys of that server are found: an address, or a file (`file:///…`)."""
    oauth_audience: str | None = None
    """What that server calls this API in its tokens."""
    oauth_token_url: str | None = Field(default=None, pattern=r"^https?://\S+$", max_length=300)
    """Where machines ask that server for a token, told in the API document; without it they are sent to the issuer,
    whose metadata tell it."""
    message_source: str = "urn:nld:kvknr:00000000.bsa"
    """Who sends messages to partners: `urn:nld:oin:…` or `urn:nld:kvknr:….bsa`."""
    partner_networks: str = ""
    """Private networks in which partners may receive messages: `10.1.2.0/24,…`; others are refused."""
    secret_hours: int = Field(default=24, ge=1, le=168)
    """So many hours after a new secret messages are still signed with the former one too."""
    message_days: int = Field(default=90, ge=7, le=365)
    """So many days a message to a partner is kept, with how it was delivered."""

    contact_name: str = "BSA"
    contact_url: HttpUrl = HttpUrl("https://example.org/bsa")
    contact_email: EmailStr = "api@example.org"
    """Whom an integrator writes to; named in the API document."""

    @field_validator("partner_networks")
    @classmethod
    def _networks_are_networks(cls, text: str) -> str:
        for part in filter(None, text.replace(" ", "").split(",")):
            ip_network(part)
        return text

    @model_validator(mode="after")
    def _a_sqlite_file_has_its_key(self) -> "Settings":
        for url, key, name in (
            (self.database_url, self.database_key, "BSA_DATABASE_KEY"),
            (self.keys_url, self.keys_database_key, "BSA_KEYS_DATABASE_KEY"),
        ):
            if url.startswith("sqlite") and key is None:
                raise ValueError(f"{name} is missing: an embedded database is always encrypted")
        if self.database_url == self.keys_url:
            raise ValueError("BSA_KEYS_URL must differ from BSA_DATABASE_URL: keys are kept apart from what they open")
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("BSA_MAIL_FROM is missing: mail needs a sender")
        outside = (self.oauth_issuer, self.oauth_jwks_url, self.oauth_audience)
        if any(outside) and not all(outside):
            raise ValueError("BSA_OAUTH_ISSUER, BSA_OAUTH_JWKS_URL and BSA_OAUTH_AUDIENCE belong together: all or none")
        if self.mode is Mode.PRODUCTION and (self.oauth_jwks_url or "").startswith("http:"):
            raise ValueError("BSA_OAUTH_JWKS_URL must begin with https: on the way anybody could put in other keys")
        return self

    @property
    def address(self) -> str:
        """Where people find the pages, without a slash at the end."""
        return str(self.base_url).rstrip("/")

    @property
    def token_issuer(self) -> str:
        """Who issues the tokens of machines."""
        return self.oauth_issuer or self.address

    @property
    def token_audience(self) -> str:
        """What a token must name this API."""
        return self.oauth_audience or f"{self.address}/api/v1"

    @property
    def token_endpoint(self) -> str:
        """Where machines ask this installation for a token."""
        return f"{self.address}/oauth/token"

    @property
    def token_url(self) -> str:
        """Where machines are told to ask for a token, here or elsewhere."""
        return (self.oauth_token_url or self.oauth_issuer) if self.oauth_issuer else self.token_endpoint

    @property
    def ring(self) -> KeyRing:
        """The key-encryption keys, read."""
        return KeyRing.read(self.key_ring.get_secret_value())

    @property
    def secure(self) -> bool:
        """Tell whether people reach the pages over https."""
        return self.base_url.scheme == "https"


def in_words(error: ValidationError) -> str:
    """Say in one paragraph which settings are missing or wrong, without their values."""
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        name = "BSA_" + "_".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else "settings"
        lines.append(f"{name}: {fault['msg']}")
    return "\n".join(lines)
