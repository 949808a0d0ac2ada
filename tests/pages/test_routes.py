"""The pages and the widget's files: headers, caching, languages."""

import gzip
import re

import httpx
import pytest

from bot.pages import routes
from tests.serving import application
from texts import LANGUAGES, catalogue, say


@pytest.fixture
async def client(service):
    transport = httpx.ASGITransport(application(service, routes.router))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_in_the_language_asked_for(client, language):
    for response in (
        await client.get("/", params={"language": language}),
        await client.get("/", headers={"Accept-Language": f"{language}-KZ"}),
    ):
        assert response.status_code == 200
        assert f'<html lang="{language}">' in response.text
        assert say("demo.heading", language) in response.text
        assert "{days}" not in response.text
        assert response.headers["content-language"] == language


async def test_the_page_allows_no_script_or_style_of_its_own_markup(client):
    response = await client.get("/")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    for inline in ("<style", " style=", " onclick=", "<script>"):
        assert inline not in response.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_says_that_it_is_a_demonstration_and_leads_to_the_chat_without_scripts(client, language):
    page = (await client.get("/", params={"language": language})).text
    assert say("demo.demonstration", language) in page
    link = f'href="/chat?language={language}"'
    assert link in re.search(r"<noscript>.*?</noscript>", page, re.S)[0]
    assert link in re.search(r"<jauap-chat.*?</jauap-chat>", page, re.S)[0]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_widgets_texts_are_served_whole_and_answered_304_while_they_are_the_same(client, language):
    first = await client.get(f"/widget/texts/{language}.json")
    assert first.json() == catalogue("widget", language)
    again = await client.get(f"/widget/texts/{language}.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/widget.js", "/widget/chat.js", "/widget/launcher.css", "/demo/demo.js"])
async def test_files_are_asked_about_each_time_and_answered_304_while_they_are_the_same(client, path):
    first = await client.get(path)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["x-content-type-options"] == "nosniff"
    again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/widget/none.js", "/widget/%2e%2e/%2e%2e/routes.py", "/demo/", "/widget/texts/en.json"]
)
async def test_nothing_else_is_served(client, path):
    response = await client.get(path)
    assert 400 <= response.status_code < 500
    assert response.json()["error"]["message"]


async def test_what_every_visitor_of_a_site_loads_is_small(client):
    assert len(gzip.compress((await client.get("/widget.js")).content)) < 3000
