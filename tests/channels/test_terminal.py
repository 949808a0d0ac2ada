"""`jauap chat` with piped input, against the real HTTP interface."""

import asyncio
import io
import sys

import pytest
from fastapi import FastAPI

from actions.replies import Button
from bot.channels import terminal, web
from tests.conftest import ScriptedDialogue
from tests.serving import application, serve

FEE = '/show{"service": "identity-card-replacement", "section": "fee"}'


class Dialogue(ScriptedDialogue):
    """Offers one button under every echo."""

    async def ask(self, conversation_id, text, language, **how):
        replies = await super().ask(conversation_id, text, language, **how)
        return [reply.model_copy(update={"buttons": [Button(title="Сколько стоит", payload=FEE)]}) for reply in replies]


class Piped(io.TextIOWrapper):
    def __init__(self, *lines):
        super().__init__(io.BytesIO(b"".join(line + b"\n" for line in lines)), encoding="utf-8")


@pytest.fixture
def dialogue():
    return Dialogue()


@pytest.fixture
async def url(service):
    async with serve(application(service, web.router)) as url:
        yield url


@pytest.fixture
def type_in(monkeypatch):
    def type_in(*lines):
        monkeypatch.setattr(
            sys, "stdin", Piped(*(line if isinstance(line, bytes) else line.encode() for line in lines))
        )

    return type_in


async def test_each_piped_line_waits_for_its_answer(url, dialogue, type_in, capsys):
    type_in("один", "", "два")
    assert await terminal.chat(url, "ru") == 0
    assert [text for _, text in dialogue.asked] == ["один", "два"]
    out = capsys.readouterr().out.split("\n")
    assert [line for line in out if line] == [
        "Жауап: echo: один", "  1) Сколько стоит", "Жауап: echo: два", "  1) Сколько стоит",
    ]  # fmt: skip


async def test_a_number_presses_its_button_and_any_other_is_said(url, dialogue, type_in):
    type_in("вопрос", "1", "2")
    assert await terminal.chat(url, "ru") == 0
    assert [text for _, text in dialogue.asked] == ["вопрос", FEE, "2"]


async def test_a_notice_that_the_answer_is_late_is_not_the_answer(url, dialogue, type_in, capsys):
    dialogue.failures = 4
    type_in("вопрос")
    assert await terminal.chat(url, "kk") == 0
    out = capsys.readouterr().out
    assert out.index("Чат: Жауап сәл кешігіп") < out.index("Жауап: echo: вопрос")


async def test_who_waits_for_an_operator_can_write_on_and_go_back(url, service, type_in, capsys):
    type_in("оператор", "подробности", "1")
    assert await terminal.chat(url, "ru") == 0
    out = capsys.readouterr().out
    assert "  2) Оставить вопрос" in out
    assert "Чат: Вы вышли из очереди" in out
    assert await service.conversations.queue() == []


async def test_bytes_that_are_no_text_are_answered_too(url, type_in, capsys):
    type_in(b"\xff\xfe\xff\xfe")
    assert await terminal.chat(url, "ru") == 0
    assert "Жауап: Не получилось прочитать сообщение" in capsys.readouterr().out


async def test_without_the_service_one_line_says_how_to_start_it(type_in, capsys):
    type_in("вопрос")
    assert await terminal.chat("http://127.0.0.1:9", "ru") == 1
    assert capsys.readouterr().err == (
        "jauap: сервис не отвечает по адресу http://127.0.0.1:9; запустите его командой make run\n"
    )


async def test_where_something_else_answers_its_refusal_is_told(service, type_in, capsys):
    app = FastAPI()
    app.state.service = service
    type_in("вопрос")
    async with serve(app) as url:
        assert await terminal.chat(url, "kk") == 1
    assert capsys.readouterr().err == "jauap: қызмет сұрауды қабылдамады: HTTP 404\n"


async def test_an_answer_that_never_comes_ends_the_talk_with_an_error(url, dialogue, type_in, capsys, monkeypatch):
    monkeypatch.setattr(terminal, "PATIENCE", 0.3)
    dialogue.gate.clear()
    type_in("вопрос")
    assert await terminal.chat(url, "ru") == 1
    assert "ответа не было" in capsys.readouterr().err


async def test_a_service_that_goes_away_ends_the_talk_with_an_error(
    service, dialogue, type_in, capsys, monkeypatch, eventually
):
    monkeypatch.setattr(terminal, "RETRY", 0.01)
    dialogue.gate.clear()
    type_in("вопрос")
    async with serve(application(service, web.router)) as url:
        talking = asyncio.create_task(terminal.chat(url, "ru"))

        async def asked():
            return dialogue.asked

        await eventually(asked)
    assert await talking == 1
    assert "связь с сервисом пропала" in capsys.readouterr().err
