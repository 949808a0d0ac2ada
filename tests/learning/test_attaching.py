"""Reviewed questions go into a service's file: checked first, whole or not at all, with a record."""

import os
import stat
import subprocess
from datetime import UTC, datetime

import pytest

from bot.learning import attaching
from bot.learning.attaching import Faulty, NotWritable, prepare, write
from knowledge_base.check import Checked, check
from knowledge_base.model import load
from tests.knowledge import copy_services

SLUG, PLACE = "vehicle-inspection", "transport/vehicle-inspection.yaml"
NEW = {"ru": ["где пройти техосмотр на газель"], "kk": ["газельге техбайқаудан қайда өтем"]}
MOMENT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    return copy_services(tmp_path)


@pytest.fixture
def records(tmp_path):
    return tmp_path / "review"


def test_questions_are_added_and_the_knowledge_base_stays_right(folder, records):
    others = {path: path.read_bytes() for path in folder.glob("*/*.yaml") if path.name != f"{SLUG}.yaml"}
    change = prepare(SLUG, {"ru": ["  где пройти   техосмотр на газель "], "kk": NEW["kk"]}, "ru", folder)
    assert change.added == NEW
    record = write(change, records, MOMENT)
    service = load(folder / PLACE)
    assert service.questions.ru[-1] == NEW["ru"][0]
    assert service.questions.kk[-1] == NEW["kk"][0]
    assert check(folder).faults == []
    assert {path: path.read_bytes() for path in others} == others
    assert record.name == "20261129T093000000000-vehicle-inspection.diff"


def test_the_record_is_a_patch_that_makes_the_same_change(folder, records, tmp_path):
    before = (folder / PLACE).read_bytes()
    record = write(prepare(SLUG, NEW, "ru", folder), records, MOMENT)
    after = (folder / PLACE).read_bytes()
    (folder / PLACE).write_bytes(before)
    subprocess.run(["git", "apply", str(record)], cwd=tmp_path, check=True)
    assert (folder / PLACE).read_bytes() == after


def test_nothing_is_written_before_write(folder):
    before = (folder / PLACE).read_bytes()
    prepare(SLUG, NEW, "ru", folder)
    assert (folder / PLACE).read_bytes() == before


def test_an_unknown_service_has_no_change(folder):
    assert prepare("no-such-service", NEW, "ru", folder) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("мой ИИН [iin …0124] для техосмотра", "личные данные"),
        ("техосмотр для 850101300124", "личные данные"),
        ("техосмотр по заявке 4455667788", "личные данные"),
        ("техосмотр звоните +7 701 123 45 67", "личные данные"),
        ("техосмотр " * 40, "длиннее 300"),
        ("а сколько это стоит?", "о какой услуге"),
        ("как получить загранпаспорт через егов", "identity/passport-issue.yaml"),
        ("КАК получить загранпаспорт через  егов?", "identity/passport-issue.yaml"),
        ("   ", "хотя бы один"),
    ],
    ids=["mask", "iin", "number", "phone", "long", "nothing", "known", "known spelt otherwise", "empty"],
)
def test_what_cannot_be_an_example_is_refused_with_the_reason(folder, text, part):
    known = "    - как получить загранпаспорт через егов\n"
    passport = folder / "identity/passport-issue.yaml"
    passport.write_text(
        passport.read_text("utf-8").replace("questions:\n  ru:\n", f"questions:\n  ru:\n{known}"), "utf-8"
    )
    with pytest.raises(Faulty) as refused:
        prepare(SLUG, {"ru": [text]}, "ru", folder)
    assert len(refused.value.lines) == 1
    assert part in refused.value.lines[0]


def test_every_fault_is_told_in_the_readers_language(folder):
    with pytest.raises(Faulty) as refused:
        prepare(SLUG, {"ru": ["сколько стоит?"], "kk": ["ЖСН 850101300124 техбайқау"]}, "kk", folder)
    assert [line.partition("»")[2] for line in refused.value.lines] == [
        ": бұл сөздерден сұрақтың қай қызмет туралы екені түсініксіз.",
        ": жеке деректерді және олардың орнында қалғанды алып тастаңыз.",
    ]


def test_what_the_check_of_the_knowledge_base_finds_is_refused_and_nothing_is_written(folder, monkeypatch):
    seen = []

    def check(copy):
        seen.append((copy / PLACE).read_text("utf-8"))
        return Checked(["transport/vehicle-inspection.yaml: questions.ru.99: no"], [])

    monkeypatch.setattr(attaching, "check", check)
    before = (folder / PLACE).read_bytes()
    with pytest.raises(Faulty, match=r"questions\.ru\.99: no"):
        prepare(SLUG, NEW, "ru", folder)
    assert NEW["ru"][0] in seen[0]
    assert (folder / PLACE).read_bytes() == before


def test_the_same_again_writes_nothing(folder, records):
    write(prepare(SLUG, NEW, "ru", folder), records, MOMENT)
    after = (folder / PLACE).read_bytes()
    change = prepare(SLUG, NEW, "ru", folder)
    assert change.added == {}
    assert change.diff == ""
    assert write(change, records, MOMENT) is None
    assert (folder / PLACE).read_bytes() == after


def test_a_question_given_twice_is_added_once(folder):
    change = prepare(SLUG, {"ru": ["техосмотр на газель", "Техосмотр  на газель?"]}, "ru", folder)
    assert change.added == {"ru": ["техосмотр на газель"]}


def test_a_file_that_somebody_has_changed_since_is_left_alone(folder, records):
    change = prepare(SLUG, NEW, "ru", folder)
    (folder / PLACE).write_text(change.before + "# by hand\n", "utf-8")
    with pytest.raises(Faulty):
        write(change, records, MOMENT)
    assert (folder / PLACE).read_text("utf-8") == change.before + "# by hand\n"
    assert list(records.iterdir()) == []


def test_a_disk_that_cannot_be_written_leaves_the_diff(folder, records, monkeypatch):
    def refused(*paths):
        raise PermissionError(13, "Read-only file system")

    change = prepare(SLUG, NEW, "ru", folder)
    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(NotWritable, match="Read-only") as error:
        write(change, records, MOMENT)
    assert error.value.record.read_text("utf-8") == error.value.diff == change.diff
    assert (folder / PLACE).read_text("utf-8") == change.before
    assert sorted(path.suffix for path in (folder / "transport").iterdir()) == [".yaml"] * 7


def test_the_file_keeps_its_rights(folder, records):
    (folder / PLACE).chmod(0o640)
    write(prepare(SLUG, NEW, "ru", folder), records, MOMENT)
    assert stat.S_IMODE((folder / PLACE).stat().st_mode) == 0o640
