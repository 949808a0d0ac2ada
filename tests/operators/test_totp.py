"""The codes of the second factor."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyotp
import pytest

from bot.operators import totp

# RFC 6238, appendix B, SHA-1: the secret "12345678901234567890" in base32, and the last six of its eight digits
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
MOMENT = datetime(2026, 11, 29, 12, 0, 10, tzinfo=UTC)
STEP = int(MOMENT.timestamp()) // 30


def code(step: int) -> str:
    return pyotp.TOTP(SECRET).generate_otp(step)


@pytest.mark.parametrize(("seconds", "expected"), VECTORS)
def test_the_codes_are_those_of_the_rfc(seconds, expected):
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.matching_step(SECRET, expected, after=None, at=at) == seconds // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps, taken):
    expected = STEP + steps if taken else None
    assert totp.matching_step(SECRET, code(STEP + steps), after=None, at=MOMENT) == expected


def test_a_code_is_not_taken_again_nor_an_earlier_one():
    assert totp.matching_step(SECRET, code(STEP), after=STEP, at=MOMENT) is None
    assert totp.matching_step(SECRET, code(STEP - 1), after=STEP, at=MOMENT) is None
    assert totp.matching_step(SECRET, code(STEP + 1), after=STEP, at=MOMENT) == STEP + 1


def test_the_zone_of_the_moment_does_not_matter():
    there = MOMENT.astimezone(ZoneInfo("Asia/Almaty"))
    assert totp.matching_step(SECRET, code(STEP), after=None, at=there) == STEP


@pytest.mark.parametrize("given", ["", "0", "abcdef", "12345", "1234567", "٣٤٥٦٧٨", "１２３"])
def test_what_is_no_code_is_refused(given):
    assert totp.matching_step(SECRET, given, after=None, at=MOMENT) is None


def test_a_code_may_be_typed_with_a_space():
    digits = code(STEP)
    assert totp.matching_step(SECRET, f" {digits[:3]} {digits[3:]} ", after=None, at=MOMENT) == STEP


def test_all_codes_of_a_step_are_refused_after_it_has_passed():
    assert totp.matching_step(SECRET, code(STEP), after=None, at=MOMENT + timedelta(minutes=2)) is None


def test_secrets_are_long_and_differ():
    secrets = {totp.new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(pyotp.TOTP(secret).byte_secret()) >= 20 for secret in secrets)


def test_the_address_names_the_house_and_the_account():
    parsed = pyotp.parse_uri(totp.address(SECRET, "әсем@mail"))
    assert (parsed.secret, parsed.issuer, parsed.name) == (SECRET, "Jauap", "әсем@mail")


def test_the_picture_is_square_dark_on_light_with_a_quiet_zone():
    rows = totp.picture(totp.address(SECRET, "aigerim"))
    assert {len(row) for row in rows} == {len(rows)}
    for edge in (rows[:4], rows[-4:]):
        assert all(set(row) == {"0"} for row in edge)
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    assert [row[4:11] for row in rows[4:11]] == finder
