"""What a visitor of a site loads, as it is served and as a proxy would compress it."""

import gzip
import re
from pathlib import Path

import httpx
import pytest

from bot.pages import routes
from tests.serving import application
from texts import LANGUAGES

STATIC = Path(routes.__file__).parent / "static"
LOADER = 3000  # bytes
ALL = 30_000


@pytest.fixture
async def compressed(service):
    """`await compressed(path)`: the bytes of a file as served, compressed, and its text."""
    transport = httpx.ASGITransport(application(service, routes.router))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def get(path):
            response = await client.get(path)
            assert response.status_code == 200, path
            return len(gzip.compress(response.content)), response.text

        yield get


async def test_what_every_page_loads_before_the_chat_is_opened_is_under_3_kb(compressed):
    files = {"/widget.js": await compressed("/widget.js")}
    for _, text in list(files.values()):
        for name in re.findall(r'^import .* from "\./(.+)";$', text, re.MULTILINE):
            files[f"/{name}"] = await compressed(f"/{name}")
    assert len(files) == 3
    assert not any(
        re.search(r"^import ", text, re.MULTILINE) for name, (_, text) in files.items() if name != "/widget.js"
    )
    assert sum(size for size, _ in files.values()) < LOADER


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_whole_widget_is_under_30_kb(compressed, language):
    paths = [f"/{path.relative_to(STATIC)}" for path in [STATIC / "widget.js", *(STATIC / "widget").iterdir()]]
    assert any(path.endswith(".css") for path in paths)
    paths.append(f"/widget/texts/{language}.json")
    assert sum([(await compressed(path))[0] for path in paths]) < ALL


async def test_no_file_of_the_widget_comes_from_elsewhere_or_reads_markup(compressed):
    for path in [STATIC / "widget.js", *(STATIC / "widget").iterdir()]:
        _, text = await compressed(f"/{path.relative_to(STATIC)}")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            path
        )
        assert not re.search(r"url\(|@import|(?<!www\.w3\.org/2000/svg\")from \"http", text), path
