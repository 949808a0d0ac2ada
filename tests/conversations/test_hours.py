"""Office hours know weekends, holidays and moved working days, and promises run only while somebody works."""

from datetime import date, datetime, timedelta

import pytest

from bot.conversations.hours import ZONE, Holidays, OfficeHours
from texts import LANGUAGES

HOURS = OfficeHours.parse("Mon-Fri 09:00-18:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-12-01 09:00", True),
        ("2026-12-01 17:59", True),
        ("2026-12-01 18:00", False),
        ("2026-12-01 08:59", False),
        ("2026-11-29 12:00", False),  # Sunday
        ("2026-12-16 12:00", False),  # Independence Day, a Wednesday
        ("2026-03-09 12:00", False),  # the Monday for 8 March, a Sunday
        ("2026-03-26 12:00", True),
    ],
)
def test_the_desk_is_open_when_people_work(moment, is_open):
    assert HOURS.open_at(at(moment)) is is_open


def test_a_moment_in_another_zone_is_the_same_moment():
    assert HOURS.open_at(datetime.fromisoformat("2026-12-01T04:00:00+00:00"))  # 09:00 in Astana
    assert not HOURS.open_at(datetime.fromisoformat("2026-12-01T13:00:00+00:00"))


def test_a_moved_working_day_is_worked_and_its_day_off_is_not(monkeypatch):
    moved = Holidays(off=frozenset({date(2026, 7, 7)}), work=frozenset({date(2026, 7, 4)}))
    monkeypatch.setattr(Holidays, "load", lambda: moved)
    assert HOURS.open_at(at("2026-07-04 12:00"))  # a Saturday
    assert not HOURS.open_at(at("2026-07-07 12:00"))  # a Tuesday


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-12-01 08:00", "2026-12-01 09:00"),
        ("2026-12-01 10:00", "2026-12-02 09:00"),
        ("2026-11-27 18:00", "2026-11-30 09:00"),  # over a weekend
        ("2026-12-15 19:00", "2026-12-17 09:00"),  # over a holiday
        ("2026-03-20 18:30", "2026-03-26 09:00"),  # over Nauryz with its weekend
    ],
)
def test_the_next_opening_skips_nights_weekends_and_holidays(moment, opening):
    assert HOURS.next_opening(at(moment)) == at(opening)


@pytest.mark.parametrize(
    ("moment", "minutes", "due"),
    [
        ("2026-12-01 10:00", 5, "2026-12-01 10:05"),
        ("2026-12-01 17:58", 5, "2026-12-02 09:03"),
        ("2026-11-27 17:50", 30, "2026-11-30 09:20"),
        ("2026-11-29 12:00", 5, "2026-11-30 09:05"),
        ("2026-12-15 17:00", 120, "2026-12-17 10:00"),
        ("2026-12-01 10:00", 9 * 60 * 2, "2026-12-03 10:00"),
        ("2026-12-01 17:55", 5, "2026-12-01 18:00"),
    ],
)
def test_a_promise_runs_only_in_office_time(moment, minutes, due):
    assert HOURS.add(at(moment), timedelta(minutes=minutes)) == at(due)


def test_a_week_may_begin_on_any_day():
    hours = OfficeHours.parse("Sat-Tue 10:00-12:00")
    assert [hours.open_at(at(f"2026-12-0{day} 11:00")) for day in range(1, 8)] == [
        True,
        False,
        False,
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize("text", ["", "Mon-Fri", "Mon-Fri 18:00-09:00", "Пн-Пт 09:00-18:00", "Mon-Fri 9-18"])
def test_what_is_no_office_hours_is_refused(text):
    with pytest.raises(ValueError, match="office hours"):
        OfficeHours.parse(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_opening_is_told_as_today_tomorrow_or_a_date(language):
    told = [
        HOURS.say_opening(at(moment), language)
        for moment in ("2026-12-01 08:00", "2026-12-01 19:00", "2026-12-04 19:00")
    ]
    expected = {
        "ru": ["сегодня в 09:00", "завтра в 09:00", "7 декабря в 09:00"],
        "kk": ["бүгін, сағат 09:00", "ертең, сағат 09:00", "7 желтоқсан, сағат 09:00"],
    }
    assert told == expected[language]


def test_the_holidays_of_the_data_file_are_days_of_the_week_on_which_people_would_work():
    holidays = Holidays.load()
    assert all(day.weekday() < 5 for day in holidays.off)
    assert all(day.weekday() >= 5 for day in holidays.work)
    for year in {day.year for day in holidays.off}:
        assert sum(day.year == year for day in holidays.off) >= 12, year
