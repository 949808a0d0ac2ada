"""The settings: environment variables or a `.env` file, prefix `JAUAP_`; `.env.example` lists them all."""

from __future__ import annotations

import secrets
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

__all__ = ["ROOT", "Settings", "settings"]


class Settings(BaseSettings):
    """What an administrator can set; each field's description is what `.env.example` says of it."""

    model_config = SettingsConfigDict(
        env_prefix="JAUAP_", env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    data_dir: Path = Field(ROOT / "var", description="Folder for everything that the running system writes.")
    database_url: str | None = Field(None, description="SQLAlchemy URL; SQLite in the data folder where unset.")
    redis_url: str | None = Field(None, description="For several processes; none: one process.")
    secret_key: SecretStr | None = Field(
        None, description="Signs tokens; made and kept in the data folder where unset."
    )
    admin_password: SecretStr | None = Field(None, description="The administrator's first password; made where unset.")
    telegram_token: SecretStr | None = Field(None, description="Token of the bot, from @BotFather; none: no Telegram.")
    telegram_api_url: str = Field("https://api.telegram.org", description="Base of the Bot API, without /bot.")
    telegram_webhook_url: str | None = Field(None, description="Public address for the webhook; none: long polling.")
    telegram_webhook_secret: SecretStr | None = Field(None, description="Secret that Telegram sends to the webhook.")
    rasa_url: str | None = Field(None, description="A Rasa server that runs already; none: started as a child.")
    rasa_timeout: float = Field(20, gt=0, description="Seconds to wait for one answer of Rasa.")
    encoder: str | None = Field(None, description="A sentence-transformers model, name or folder; none: our own.")
    allowed_origins: Annotated[list[str], NoDecode] = Field(
        [], description="Sites that may embed the widget, parted by commas."
    )
    office_hours: str = Field("Mon-Fri 09:00-18:00", description="When operators work, time of Astana.")
    retention_days: int = Field(90, ge=1, description="Days after which a conversation is deleted.")

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [part.strip().rstrip("/") for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @property
    def local_host(self) -> str:
        """Where this machine itself reaches the service."""
        return "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104

    @property
    def database(self) -> str:
        """The SQLAlchemy URL with an asynchronous driver."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'jauap.db'}"
        return url.replace("sqlite://", "sqlite+aiosqlite://", 1).replace("postgresql://", "postgresql+psycopg://", 1)

    @cached_property
    def key(self) -> bytes:
        """The secret key: the one set, or one made at the first start and kept in the data folder."""
        if self.secret_key:
            return self.secret_key.get_secret_value().encode()
        path = self.data_dir / "secret_key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().encode()


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
