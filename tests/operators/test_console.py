"""The console's pages and files."""

import json
import re
from pathlib import Path

import pytest

from bot.operators import console
from texts import LANGUAGES, catalogue

STATIC = Path(console.__file__).parent / "static"
TEMPLATES = Path(console.__file__).parent / "templates"
ROOM = Path(console.__file__).parent


async def page(person, **query):
    return await person.get("http://test/console", params=query)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_is_not_logged_in_gets_the_form_in_their_language(stranger, language):
    answer = await page(stranger, language=language)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert catalogue("console", language)["log_in_title"] in answer.text
    assert 'id="queue"' not in answer.text


async def test_the_language_once_chosen_is_remembered(stranger):
    assert '<html lang="ru">' in (await page(stranger)).text
    assert '<html lang="kk">' in (await page(stranger, language="kk")).text
    assert '<html lang="kk">' in (await page(stranger)).text
    answer = await stranger.get("http://test/console", headers={"Accept-Language": "ru"})
    assert '<html lang="kk">' in answer.text


async def test_only_those_who_see_all_get_the_list_of_all(log_in):
    assert 'id="all"' not in (await page(await log_in("aigerim"))).text
    assert 'id="all"' in (await page(await log_in("aliya", "supervisor"))).text


@pytest.mark.parametrize("logged_in", [False, True])
async def test_a_page_allows_nothing_from_elsewhere_and_has_nothing_inline(stranger, log_in, logged_in):
    answer = await page(await log_in("aliya", "admin") if logged_in else stranger)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<[^>]+\s(on\w+|style)=", answer.text)
    assert set(re.findall(r"<script([^>]*)>", answer.text)) <= {
        ' type="application/json" id="texts"',
        ' type="module" src="/console/static/login.js"',
        ' type="module" src="/console/static/console.js"',
    }
    assert not re.search(r'(src|href)="(https?:)?//', answer.text)
    texts = re.search(r'id="texts">(.*?)</script>', answer.text, re.S)
    assert json.loads(texts[1]) == catalogue("console", "ru")


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.iterdir()))
async def test_every_file_is_served_with_its_type(stranger, name):
    answer = await stranger.get(f"http://test/console/static/{name}")
    assert answer.status_code == 200
    kind = {"js": "javascript", "css": "text/css", "svg": "image/svg+xml"}[name.rpartition(".")[2]]
    assert kind in answer.headers["content-type"]
    again = await stranger.get(f"http://test/console/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["nothing.js", "../console.py", "%2e%2e/console.py", "..%2fapi.py"])
async def test_no_other_file_is_served(stranger, path):
    answer = await stranger.get(f"http://test/console/static/{path}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_every_text_is_used_and_every_used_text_exists():
    sources = "\n".join(path.read_text() for folder in (STATIC, TEMPLATES, ROOM) for path in folder.glob("*.*"))
    keys = {key for page in console.PAGES for key in catalogue(page.name, "ru")}
    called = {one or other for one, other in re.findall(r'\bt\.(\w+) }}|\bt\("(\w+)"', sources)}
    assert called <= keys
    written = set(re.findall(r'[".](\w+)\b', sources))
    beginnings = tuple(re.findall(r'["`]([a-z_]+_)(?:"|\$\{|%d|\{)', sources))
    assert {key for key in keys if key not in written and not key.startswith(beginnings)} == set()
