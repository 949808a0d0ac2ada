"""Entities: what is found in a message, where, and what it stands for."""

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities import ENTITIES, find
from nlu.entities.phrases import load, pattern
from nlu.entities.reading import Reading, boundaries

TODAY = date(2026, 11, 24)


def _found(text, entity):
    return [(text[one.start : one.end], one.value) for one in find(text, TODAY) if one.entity == entity]


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        ("живу в Шымкенте", "Шымкенте", "KZ-79"),
        ("Шымкентте тұрамын", "Шымкентте", "KZ-79"),
        ("shymkentte turamyn", "shymkentte", "KZ-79"),
        ("шымкентский цон", "шымкентский", "KZ-79"),
        ("в алма-ате", "алма-ате", "KZ-75"),
        ("Алматыдамын", "Алматыдамын", "KZ-75"),
        ("прописка в астане", "астане", "KZ-71"),
        ("Алматы облысы Талғар", "Алматы облысы", "KZ-19"),
        ("в Алматинской обл. живу", "Алматинской обл", "KZ-19"),
        ("акмолинская область", "акмолинская область", "KZ-11"),
        ("Ақмола облысында", "Ақмола облысында", "KZ-11"),
        ("aqmola oblysynda", "aqmola oblysynda", "KZ-11"),
        ("в СКО", "СКО", "KZ-59"),
        ("ШҚО-дан келдім", "ШҚО", "KZ-63"),
        ("западный казахстан", "западный казахстан", "KZ-27"),
        ("я из ЮКО", "ЮКО", "KZ-61"),
        ("область Абай", "область Абай", "KZ-10"),
        ("Абай облысы", "Абай облысы", "KZ-10"),
        ("жетісуда", "жетісуда", "KZ-33"),
        ("Улытауская область", "Улытауская область", "KZ-62"),
        ("цон в Усть-Каменогорске", "Усть-Каменогорске", "oskemen"),
        ("Өскеменде", "Өскеменде", "oskemen"),
        ("Oskemen qalasy", "Oskemen", "oskemen"),
        ("в петропавловске", "петропавловске", "petropavl"),
        ("Уральск", "Уральск", "oral"),
        ("Оралда тұрамын", "Оралда", "oral"),
        ("қызылордада", "қызылордада", "kyzylorda"),
        ("кызылордага", "кызылордага", "kyzylorda"),
        ("в жезказгане", "жезказгане", "zhezkazgan"),
        ("семейде тұрам", "семейде", "semey"),
        ("я из города семей", "семей", "semey"),
        ("недавно переехал в Семей", "Семей", "semey"),
        ("в рудном", "рудном", "rudny"),
        ("в Костанае", "Костанае", "kostanay"),
        ("караганде", "караганде", "karaganda"),
        ("қарағандыда", "қарағандыда", "karaganda"),
        ("караганда где цон", "караганда", "karaganda"),
        ("Караганда", "Караганда", "karaganda"),
        ("Абай қаласында", "Абай", "abay"),
        ("`d fkvfns", "fkvfns", "KZ-75"),  # on the wrong keyboard
    ],
)
def test_places_are_found_in_all_forms(text, said, code):
    assert (said, code) in _found(text, "place")


@pytest.mark.parametrize(
    "text",
    [
        "пособие для многодетных семей", "я орал на него", "на улице Абая 5", "Абай даңғылы 10", "кто такой абай",
        "у нас в семье трое детей", "алға қазақстан", "есік жабық", "проверьте мой шар", "рудный концентрат",
        "тұрғанға айыппұл", "темір жол билеті",
        "былтырғыға қарағанда қымбат", "үйлерді тіркеу", "қорда ақша бар ма", "оралман мәртебесі",
        "біздің Махамбет қайда",
    ],
)  # fmt: skip
def test_common_words_and_streets_are_no_places(text):
    assert _found(text, "place") == []


def test_the_gazetteer_has_every_region_and_city():
    data = load("places.yaml")
    assert len(data["regions"]) == 17
    assert len(data["cities"]) == 3
    towns = {slug for towns in data["towns"].values() for slug in towns}
    assert len(towns) >= 87 + 60
    assert set(data["towns"]) == set(data["regions"])
    assert all(re.fullmatch(r"KZ-\d\d", code) for code in {*data["regions"], *data["cities"]})


def test_a_place_tells_its_region():
    (place,) = find("в шымкенте", TODAY)
    assert place.info == {"kind": "city", "region": "KZ-79"}
    (place,) = find("Өскеменге", TODAY)
    assert place.info == {"kind": "city", "region": "KZ-63"}


@pytest.mark.parametrize(
    ("text", "said", "value"),
    [
        ("получил 12.05.2026 в 10:30", "12.05.2026", "2026-05-12"),
        ("1/2/24", "1/2/24", "2024-02-01"),
        ("2026-05-12 күні", "2026-05-12", "2026-05-12"),
        ("подал 12 мая", "12 мая", "2027-05-12"),
        ("12 қазанда тапсырдым", "12 қазанда", "2026-10-12"),
        ("12-го мая 2025 года", "12-го мая 2025 года", "2025-05-12"),
        ("2026 жылғы 12 мамырда", "2026 жылғы 12 мамырда", "2026-05-12"),
        ("мамырдың 12-сінде", "мамырдың 12-сінде", "2027-05-12"),
        ("12 mamyr", "12 mamyr", "2027-05-12"),
        ("29 февраля", "29 февраля", "2028-02-29"),
        ("завтра приду", "завтра", "2026-11-25"),
        ("ертең барамын", "ертең", "2026-11-25"),
        ("erten baramyn", "erten", "2026-11-25"),
        ("позавчера", "позавчера", "2026-11-22"),
        ("арғы күні", "арғы күні", "2026-11-26"),
        ("в прошлом году", "прошлом году", "2025"),
        ("былтыр алғанмын", "былтыр", "2025"),
        ("келесі жылы", "келесі жылы", "2027"),
        ("две недели назад обещали", "две недели назад", "2026-W46"),
        ("екі апта бұрын", "екі апта бұрын", "2026-W46"),
        ("месяц назад", "месяц назад", "2026-10"),
        ("3 күннен кейін", "3 күннен кейін", "2026-11-27"),
        ("через 3 дня", "через 3 дня", "2026-11-27"),
        ("өткен аптада", "өткен аптада", "2026-W47"),
        ("в мае", "в мае", "2027-05"),
        ("мамыр айында", "мамыр айында", "2027-05"),
        ("в декабре 2025 года", "декабре 2025 года", "2025-12"),
        ("2020 жылдан бері", "2020 жылдан", "2020"),
    ],
)
def test_dates_are_iso(text, said, value):
    assert _found(text, "date") == [(said, value)]


@pytest.mark.parametrize(
    "text",
    [
        "31 апреля",
        "99.99.2026",
        "қазан сатып аламын",
        "срок 5 лет",
        "1000000 лет назад",
        "не білемін",
        "было",
        "көп мәрте",
    ],
)
def test_what_is_no_day_is_no_date(text):
    assert _found(text, "date") == []


def test_the_last_day_of_a_month_is_kept_within_the_month_before():
    assert [one.value for one in find("месяц назад", date(2026, 3, 31))] == ["2026-02"]


@pytest.mark.parametrize(
    ("text", "said", "value", "unit"),
    [
        ("штраф 5000 тенге", "5000 тенге", 5000, "KZT"),
        ("5 мың теңге", "5 мың теңге", 5000, "KZT"),
        ("5 мин тенге", "5 мин тенге", 5000, "KZT"),
        ("5 000 000 тг", "5 000 000 тг", 5_000_000, "KZT"),
        ("5.000тг", "5.000тг", 5000, "KZT"),
        ("пять тысяч тенге", "пять тысяч тенге", 5000, "KZT"),
        ("екі жүз елу мың теңгені", "екі жүз елу мың теңгені", 250_000, "KZT"),
        ("eki juz myn tenge", "eki juz myn tenge", 200_000, "KZT"),
        ("полтора миллиона тенге", "полтора миллиона тенге", 1_500_000, "KZT"),
        ("20 АЕК айыппұл", "20 АЕК", 20, "MRP"),
        ("3,5 МРП", "3,5 МРП", 3.5, "MRP"),
        ("100 $", "100 $", 100, "USD"),
        ("100₸ ғана", "100₸", 100, "KZT"),
        ("49,0 млн. тенге", "49,0 млн. тенге", 49_000_000, "KZT"),
        ("дали 1,5 млн", "1,5 млн", 1_500_000, None),
        ("зарплата 50к", "50к", 50_000, None),
    ],
)
def test_amounts_have_their_unit(text, said, value, unit):
    (amount,) = (one for one in find(text, TODAY) if one.entity == "amount")
    assert (text[amount.start : amount.end], amount.value, (amount.info or {}).get("unit")) == (said, value, unit)


@pytest.mark.parametrize("text", ["30 мин ждать", "мың рахмет", "дом 5 кв 12", "2 детей", "курс к тенге", "12.05.2026"])
def test_what_is_no_money_is_no_amount(text):
    assert _found(text, "amount") == []


@pytest.mark.parametrize(
    ("text", "said", "who"),
    [
        ("паспорт ребёнку", "ребёнку", "child"),
        ("балаларыма жәрдемақы", "балаларыма", "child"),
        ("қызымның паспорты", "қызымның", "child"),
        ("balama pasport", "balama", "child"),
        ("кәмелетке толмаған", "кәмелетке толмаған", "child"),
        ("а для взрослых", "взрослых", "adult"),
        ("льготы пенсионерам", "пенсионерам", "pensioner"),
        ("зейнеткерлерге", "зейнеткерлерге", "pensioner"),
        ("иностранному гражданину", "иностранному гражданину", "foreigner"),
        ("шетелдікке рұқсат", "шетелдікке", "foreigner"),
        ("инвалидам", "инвалидам", "disabled"),
        ("мугедектерге", "мугедектерге", "disabled"),
        ("я мать-одиночка", "мать-одиночка", "single_parent"),
        ("қандастарға", "қандастарға", "kandas"),
    ],
)
def test_who_is_spoken_of(text, said, who):
    assert _found(text, "person") == [(said, who)]


@pytest.mark.parametrize(
    "text", ["балабақшаға кезек", "балаға шетелдік паспорт керек пе", "детский сад", "мүгедектік рәсімдеу"]
)
def test_a_service_for_somebody_names_nobody(text):
    assert all(who == "child" and said == "балаға" for said, who in _found(text, "person"))


@pytest.mark.parametrize(
    ("text", "said", "way"),
    [
        ("можно через егов?", "через егов", "online"),
        ("онлайн бола ма", "онлайн", "online"),
        ("үйден шықпай аламын ба", "үйден шықпай", "online"),
        ("interneTten", "interneTten", "online"),
        ("обязательно лично идти", "лично", "in_person"),
        ("цонға бару керек пе", "цонға", "in_person"),
        ("ХҚКО арқылы", "ХҚКО арқылы", "in_person"),
    ],
)
def test_how_a_service_is_asked_for(text, said, way):
    assert _found(text, "way") == [(said, way)]


def test_the_office_in_a_complaint_is_no_way():
    assert _found("сотрудник цона нахамил", "way") == []


def test_a_document_number_is_never_the_value():
    text = "ИИН 050000000009, ребёнку 5 лет"
    number, child = find(text, TODAY)
    assert (number.entity, number.value, number.info) == ("document_number", "iin …0009", {"kind": "iin"})
    assert text[number.start : number.end] == "050000000009"
    assert child.value == "child"


@pytest.mark.parametrize("name", ["person.yaml", "way.yaml"])
def test_every_listed_phrase_is_found_as_its_own_value(name):
    entity = name.removesuffix(".yaml")
    for value, phrases in load(name).items():
        for phrase in phrases.split(", "):
            plain = phrase.replace("*", "").replace("+", "ке")
            assert re.search(pattern(phrase), Reading(plain).skeleton), phrase
            assert value in [found for _, found in _found(plain, entity)], phrase


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("мо\u0438\u0306 адрес в Шымке\u0301нте", "Шымке\u0301нте"),  # letters composed of two
        ("в Шым\u200bкенте", "Шым\u200bкенте"),
        ("   в Шымкенте", "Шымкенте"),
        ("\u200b в Шымкенте", "Шымкенте"),
        ("👍 Шымкентте!", "Шымкентте"),
        ("ну приветттттт из Алмаааааты!", "Алмаааааты"),  # held keys
        ("в Aлмaты", "Aлмaты"),  # Latin letters among Cyrillic ones
    ],
)
def test_places_in_the_message_are_those_of_the_original(text, said):
    assert [where for where, _ in _found(text, "place")] == [said]


def test_boundaries_follow_letters_that_were_left_out():
    assert boundaries("привеееет, мир", "привет, мир") == [0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14]


@given(st.text())
def test_any_text_can_be_searched_and_what_is_found_lies_in_it_in_order(text):
    found = find(text, TODAY)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert {one.entity for one in found} <= set(ENTITIES)
