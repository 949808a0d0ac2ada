"""Who may change something: our own pages, the sites that may embed the widget, and callers that are no page."""

import httpx
import pytest
from fastapi import FastAPI

from bot import errors, origins
from bot.channels import web
from texts import say

ALLOWED, FOREIGN = "https://akimat.example", "https://evil.example"


@pytest.fixture
async def client(service):
    app = FastAPI()
    errors.install(app)
    origins.install(app, [ALLOWED])
    app.state.service = service
    app.include_router(web.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://jauap.example") as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {},  # curl, an app
        {"Origin": ALLOWED},
        {"Origin": "http://jauap.example"},
        {"Origin": "https://jauap.example"},  # a proxy has taken the TLS off
        {"Origin": "https://public.example", "X-Forwarded-Host": "public.example"},
        {"Origin": "https://public.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_a_call_of_our_pages_of_an_allowed_site_or_of_no_page_may_write(client, headers):
    response = await client.post("/api/v1/conversations", headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": FOREIGN},
        {"Origin": FOREIGN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": f"{ALLOWED}.evil.example"},
        {"Origin": "http://jauap.example:8001"},
        {"Origin": "http://sub.jauap.example", "Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/v1/conversations"), ("DELETE", "/api/v1/conversations/1"), ("POST", "/chat/messages")],
)
async def test_a_call_of_another_sites_page_may_not(client, service, headers, method, path):
    response = await client.request(method, path, headers={**headers, "Accept-Language": "kk"})
    assert response.status_code == 403
    assert response.json()["error"] == {"code": "wrong_origin", "message": say("errors.wrong_origin", "kk")}
    assert await service.conversations.find() == []


async def test_what_only_reads_is_left_to_cors(client):
    response = await client.get("/openapi.json", headers={"Origin": FOREIGN})
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers
    allowed = await client.get("/openapi.json", headers={"Origin": ALLOWED})
    assert allowed.headers["access-control-allow-origin"] == ALLOWED


async def test_a_browser_of_an_allowed_site_may_ask_and_read_the_answer_of_a_refusal(client):
    preflight = {"Origin": ALLOWED, "Access-Control-Request-Method": "POST"}
    asked = await client.options("/api/v1/conversations", headers=preflight)
    assert asked.headers["access-control-allow-origin"] == ALLOWED
    refused = await client.post("/api/v1/conversations", headers={"Origin": ALLOWED}, json={"language": "en"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (422, ALLOWED)


async def test_the_service_is_guarded_so(service):
    from bot.app import create_app  # with the actions, whose imports take long

    service.settings.allowed_origins.append(ALLOWED)
    app = create_app(service, search=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://jauap.example") as client:
        statuses = [
            (await client.post("/api/v1/conversations", headers={"Origin": origin})).status_code
            for origin in (ALLOWED, FOREIGN)
        ]
    assert statuses == [201, 403]
