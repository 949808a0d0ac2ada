"""The commands, as `jauap` runs them."""

from __future__ import annotations

import argparse
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge_base import cli
from knowledge_base.decision import DECISION


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    encoder: str | None = None


def run(settings: Settings, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_parsers(parser.add_subparsers(required=True))
    parsed = parser.parse_args(arguments)
    code: int = parsed.run(parsed, settings)
    return code


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir)


def feed(monkeypatch: pytest.MonkeyPatch, *lines: str | bytes) -> None:
    data = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_question_is_searched(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "search", "--limit", "2", "сколько", "стоит", "паспорт") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ru answer"
    assert "passport-issue  fee" in lines[1]
    assert len(lines) == 3


def test_json_lines_carry_other_keys_through(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, '{"id": 7, "text": "төлқұжат қанша тұрады"}', "", '{"text": "рецепт борща"}')
    assert run(settings, "search", "--jsonl", "--limit", "1") == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["id"] == 7
    assert (first["language"], first["decision"]) == ("kk", "answer")
    assert set(first["results"][0]) == {"service", "section", "score", "title"}
    assert first["results"][0]["service"] == "passport-issue"
    assert second["decision"] == "none"


@pytest.mark.parametrize(
    "line", ["{", '"text"', '{"text": 5}', "{}", b"\xff\xfe", r'{"text": "\ud800"}', '{"text": "a", "x": "\\ud800"}']
)
def test_a_malformed_line_is_named_and_earlier_answers_are_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str | bytes
) -> None:
    feed(monkeypatch, '{"text": "паспорт"}', line, '{"text": "паспорт"}')
    assert run(settings, "search", "--jsonl") == 1
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert captured.err.startswith("jauap: line 2: ")
    assert len(captured.err.splitlines()) == 1


def test_a_search_without_a_question_is_wrong_usage(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "search") == 2
    assert run(settings, "search", "--jsonl", "паспорт") == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["search", "--limit", "0", "a"], ["search", "--language", "en", "a"], ["kb"]])
def test_wrong_options_are_wrong_usage(settings: Settings, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        run(settings, *arguments)
    assert raised.value.code == 2


def test_without_an_index_one_line_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Settings(tmp_path), "search", "паспорт") == 1
    error = capsys.readouterr().err
    assert "jauap index" in error
    assert len(error.splitlines()) == 1


def test_an_index_that_is_up_to_date_is_not_built(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "index") == 0
    assert "up to date" in capsys.readouterr().out


def test_an_encoder_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert run(Settings(tmp_path / "data", str(tmp_path / "empty")), "index") == 1
    error = capsys.readouterr().err
    assert str(tmp_path / "empty") in error
    assert len(error.splitlines()) == 1


def test_a_data_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(Settings(tmp_path / "file"), "index") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_another_encoder_is_calibrated_apart_from_ours(
    tmp_path: Path, plain_encoder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(tmp_path, plain_encoder)
    before = DECISION.read_bytes()
    assert run(settings, "index") == 0
    assert run(settings, "evaluate", "--calibrate") == 0
    assert (tmp_path / "decision.yaml").exists()
    assert DECISION.read_bytes() == before
    assert "together" in capsys.readouterr().out


def test_another_encoder_can_be_used(tmp_path: Path, plain_encoder: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(tmp_path, plain_encoder)
    assert run(settings, "index") == 0
    assert run(settings, "search", "апостиль") == 0
    assert "apostille" in capsys.readouterr().out


def test_the_knowledge_base_is_checked_shown_and_reported(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, "kb", "check") == 0
    assert run(settings, "kb", "report", "--page", str(tmp_path / "page.md")) == 0
    assert "identity/passport-issue" in capsys.readouterr().out
    assert (tmp_path / "page.md").read_text("utf-8").startswith("# What the knowledge base covers")
    assert run(settings, "kb", "report", "--page", str(tmp_path / "nowhere" / "page.md")) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert run(settings, "kb", "show", "passport-issue", "--language", "kk") == 0
    assert "төлқұжат" in capsys.readouterr().out.lower()


def test_an_unknown_service_is_one_line(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "kb", "show", "nothing") == 1
    assert capsys.readouterr().err.startswith("jauap: there is no service nothing")


def test_a_place_of_another_form_is_wrong_usage(settings: Settings) -> None:
    assert run(settings, "kb", "new", "../../etc") == 2
