"""Personal numbers: which are found, and what is left of them."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text.personal import find, is_card, is_iban, is_iin, mask


def _iin(first_eleven: str) -> str:
    return next(first_eleven + digit for digit in "0123456789" if is_iin(first_eleven + digit))


IIN = _iin("85010130012")


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        # by hand: 1·1 = 1
        ("100000000001", True),
        ("100000000002", False),
        # by hand: 5·2 = 10, so the second weights decide: 5·4 = 20, 20 mod 11 = 9
        ("050000000009", True),
        ("050000000000", False),
        # by hand: 1·1 + 9·11 = 100 is 1; 8·1 + 1·2 = 10, then 8·3 + 1·4 = 28 is 6
        ("810000000006", True),
        ("81000000000", False),
        ("81000000000a", False),
    ],
)
def test_the_last_digit_of_an_iin_checks_the_others(number, valid):
    assert is_iin(number) is valid


def test_a_number_that_both_weights_bring_to_ten_was_never_given_out():
    dead = next(
        number
        for number in (f"{n:011}" for n in range(10_000))
        if sum(int(d) * w for d, w in zip(number, range(1, 12), strict=True)) % 11 == 10
        and sum(int(d) * w for d, w in zip(number, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2], strict=True)) % 11 == 10
    )
    assert not any(is_iin(dead + digit) for digit in "0123456789")


def test_cards_and_accounts_are_checked():
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert is_iban("KZ86125KZT5004100100")
    assert not is_iban("KZ86125KZT5004100101")


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        (f"мой ИИН {IIN} проверьте", "iin", IIN),
        (f"{IIN[:6]} {IIN[6:9]} {IIN[9:]} менікі", "iin", f"{IIN[:6]} {IIN[6:9]} {IIN[9:]}"),
        ("жсн 123456789012 екен", "iin", "123456789012"),  # mistyped, but called by its name
        ("карта 4111 1111 1111 1111, деньги ушли", "card", "4111 1111 1111 1111"),
        ("счёт KZ86 125K ZT50 0410 0100", "iban", "KZ86 125K ZT50 0410 0100"),
        ("kz86125kzt5004100100", "iban", "kz86125kzt5004100100"),
        ("позвоните +7 (701) 123-45-67", "phone", "+7 (701) 123-45-67"),
        ("87011234567 қоңырау шалыңыз", "phone", "87011234567"),
        ("номерім 8 747 123 45 67", "phone", "8 747 123 45 67"),
        ("7011234567", "phone", "7011234567"),
        ("тел 8(7172)55-66-77", "phone", "8(7172)55-66-77"),
        ("+998 90 123 45 67", "phone", "+998 90 123 45 67"),
        ("пишите на aigerim.k@mail.kz.", "email", "aigerim.k@mail.kz"),
        ("номер удостоверения 012345678", "id_card", "012345678"),
        ("куәлік нөмірі 012 345 678", "id_card", "012 345 678"),
        ("паспорт N12345678", "passport", "N12345678"),
        ("н 12345678", "passport", "н 12345678"),
        ("төлқұжатым 123456789", "passport", "123456789"),
        ("штраф на 123ABC02", "plate", "123ABC02"),
        ("123 ABC 02 көлігі", "plate", "123 ABC 02"),
        ("госномер 123 авс 02", "plate", "123 авс 02"),
        ("моя машина A123BCD", "plate", "A123BCD"),
    ],
)
def test_found_is_exactly_the_number_and_what_is_kept_does_not_hold_it(text, kind, number):
    (found,) = find(text)
    assert (found.kind, text[found.start : found.end]) == (kind, number)
    assert found.masked.startswith(f"{kind} …")
    assert mask(text) == text.replace(number, f"[{found.masked}]")
    kept = found.masked.partition("…")[2]
    assert 2 <= len(kept) <= 4
    assert re.sub(r"\W", "", number).endswith(kept)


@pytest.mark.parametrize(
    "text",
    [
        "заявка 123456789012", "заявление № 12345678", "позвоните на 1414", "8 800 080 77 77", "5 000 000 тенге",
        "штраф 100 АЕК 12 айда", "12.05.2026 в 10:30", "2025-2026", "статья 610 КоАП", "дом 5 кв 12", "500 KZT 10",
        "заявка 123456789", "4111111111111112", "машина 2012 года", "подпись @ не нужна",
    ],
)  # fmt: skip
def test_other_numbers_are_left_alone(text):
    assert find(text) == []
    assert mask(text) == text


def test_several_in_one_message_are_all_masked():
    text = f"ИИН {IIN}, тел +77011234567, a@b.kz"
    assert [one.kind for one in find(text)] == ["iin", "phone", "email"]
    assert mask(text) == f"ИИН [iin …{IIN[-4:]}], тел [phone …67], [email …kz]"


@given(st.text())
def test_any_text_can_be_masked_and_no_two_findings_overlap(text):
    found = find(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    masked = mask(text)
    assert (masked == text) == (not found)
