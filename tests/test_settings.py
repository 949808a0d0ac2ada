"""The settings are documented, and say what is wrong with a value."""

import pytest
from pydantic import ValidationError

from bot.settings import ROOT, Settings


def variables(text: str) -> set[str]:
    return {line.lstrip("# ").partition("=")[0] for line in text.splitlines() if line.lstrip("# ").startswith("JAUAP_")}


def test_the_example_lists_every_setting_and_no_other():
    expected = {f"JAUAP_{name.upper()}" for name in Settings.model_fields}
    assert variables((ROOT / ".env.example").read_text("utf-8")) == expected


def test_the_example_says_of_each_setting_what_it_is():
    example = (ROOT / ".env.example").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description in example, name


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, "sqlite+aiosqlite:////data/jauap.db"),
        ("sqlite:////x.db", "sqlite+aiosqlite:////x.db"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
    ],
)
def test_the_database_gets_an_asynchronous_driver(url, expected):
    assert Settings(data_dir="/data", database_url=url, _env_file=None).database == expected


def test_origins_are_parted_by_commas(monkeypatch):
    monkeypatch.setenv("JAUAP_ALLOWED_ORIGINS", "https://a.example/, https://b.example")
    assert Settings(_env_file=None).allowed_origins == ["https://a.example", "https://b.example"]


def test_a_wrong_value_is_refused():
    with pytest.raises(ValidationError):
        Settings(port=0, _env_file=None)


def test_the_secret_key_is_made_once_and_kept(tmp_path):
    first, second = (Settings(data_dir=tmp_path, _env_file=None).key for _ in range(2))
    assert first == second
    assert len(first) >= 48
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
