"""Settings: read once from the environment, checked at start, one sentence per fault."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "LMS_"
# Read by the launcher, the tests or the benchmarks; never settings of the application.
OTHER_VARIABLES = frozenset({"LMS_VENV", "LMS_DEMO_DIR", "LMS_CHROMIUM", "LMS_PYTHON"})
OTHER_PREFIXES = ("LMS_TEST_", "LMS_BENCH_")
DEVELOPMENT_SECRET = "for development only, never for people"  # noqa: S105


class SettingsFault(Exception):
    """The settings cannot be used; each line of the text says what to do about one of them."""


class Settings(BaseModel):
    """Every setting, its default and its meaning. Each is read from LMS_<NAME> or LMS_<NAME>_FILE."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: Literal["development", "demo", "production", "test"] = Field(
        "development", description="development, demo, production or test."
    )
    database_url: str = Field(
        "sqlite:///var/lms.db",
        description="Where the records are: sqlite:///file or postgresql+psycopg://user:password@host/name.",
    )
    secret_key: str = Field(
        DEVELOPMENT_SECRET,
        description="Signs cookies and links. Required in production: 32 characters or more, kept secret.",
    )
    base_url: str = Field(
        "http://127.0.0.1:5000",
        description="The address people type; links in mail and QR codes begin with it.",
    )
    data_dir: Path = Field(Path("var"), description="Folder for drawn certificates and other files.")
    keys_dir: Path | None = Field(
        None, description="Folder of private keys; left out, it is keys in data_dir. Keep it in the backup."
    )
    keys_store: str = Field(
        "files",
        description="What keeps private keys: files, or package.module:function that answers another store.",
    )
    keys_passphrase: str = Field("", description="Opens the private keys, if they are to be kept encrypted.")
    modules_dir: Path = Field(Path("modules"), description="Folder of what is taught.")
    assessments_dir: Path = Field(Path("assessments"), description="Folder of what is asked.")
    worker: Literal["embedded", "celery", "none"] = Field(
        "embedded",
        description="embedded runs tasks in the web process; celery sends them to workers over broker_url.",
    )
    broker_url: str = Field(
        "", description="Redis or RabbitMQ for worker=celery: redis://host:6379/0 or amqp://host."
    )
    mail_transport: Literal["files", "smtp"] = Field(
        "files", description="files keeps each mail as a file in data_dir; smtp sends it."
    )
    mail_sender: str = Field(
        "Peer specialist training <training@example.org>", description="Who mail comes from."
    )
    smtp_host: str = Field("localhost", description="Mail server.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_user: str = Field("", description="Name at the mail server, if it asks for one.")
    smtp_password: str = Field("", description="Password at the mail server, if it asks for one.")
    smtp_starttls: bool = Field(True, description="Encrypt the way to the mail server.")
    rate_limit_storage: str = Field(
        "memory://", description="Where rate limits are counted: memory:// or redis://host:6379/1."
    )
    proxy_count: int = Field(0, ge=0, le=5, description="How many proxies of yours stand before the server.")
    webhook_loopback: bool = Field(
        False, description="Tests only: let programs that are told of changes be on this machine, over http."
    )
    today: date | None = Field(None, description="Demo only: pretend that today is this date (YYYY-MM-DD).")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """The settings that the environment asks for.

        Raises SettingsFault with one sentence per missing, unknown or unusable setting.
        """
        environment = os.environ if environment is None else environment
        given: dict[str, Any] = {}
        faults: list[str] = []
        for variable, text in sorted(environment.items()):
            if not variable.startswith(PREFIX) or variable in OTHER_VARIABLES:
                continue
            if variable.startswith(OTHER_PREFIXES):
                continue
            name = variable.removeprefix(PREFIX).lower()
            if name.endswith("_file") and name.removesuffix("_file") in cls.model_fields:
                try:
                    given[name.removesuffix("_file")] = Path(text).read_text(encoding="utf-8").strip()
                except OSError:
                    faults.append(f"{variable} names a file that cannot be read: {text}.")
            elif name in cls.model_fields:
                given[name] = text
            else:
                faults.append(f"{variable} is not a setting of this application; remove it or mend its name.")
        try:
            settings = cls(**given)
        except ValidationError as error:
            for fault in error.errors():
                name = str(fault["loc"][0])
                meaning = cls.model_fields[name].description if name in cls.model_fields else ""
                faults.append(f"{PREFIX}{name.upper()} cannot be used ({fault['msg']}). {meaning}")
            raise SettingsFault("\n".join(faults)) from None
        faults += settings._faults()
        if faults:
            raise SettingsFault("\n".join(faults))
        return settings

    def _faults(self) -> list[str]:
        faults = []
        if self.env == "production":
            if self.secret_key == DEVELOPMENT_SECRET or len(self.secret_key) < 32:
                faults.append("LMS_SECRET_KEY must be set in production, to 32 random characters or more.")
            if not self.base_url.startswith("https://"):
                faults.append("LMS_BASE_URL must begin with https:// in production.")
            if self.webhook_loopback:
                faults.append("LMS_WEBHOOK_LOOPBACK opens the way into this machine; remove it in production.")
            if self.today is not None:
                faults.append("LMS_TODAY moves the clock and is for the demo only; remove it in production.")
        if self.worker == "celery" and not self.broker_url:
            faults.append("LMS_BROKER_URL must name Redis or RabbitMQ when LMS_WORKER is celery.")
        return faults

    @property
    def public_root(self) -> str:
        """The https address that identifiers begin with: without TLS, as in the demo, one that only says so."""
        if self.is_https:
            return self.base_url.rstrip("/")
        rest = self.base_url.partition("://")[2].rstrip("/")
        return "https://" + rest.replace("127.0.0.1", "localhost").replace("[::1]", "localhost")

    @property
    def is_https(self) -> bool:
        """Whether people reach the application over TLS."""
        return self.base_url.startswith("https://")
