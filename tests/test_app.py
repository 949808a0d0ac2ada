"""The whole application: the interface's description needs nothing from elsewhere."""

import re

import httpx

from bot.app import create_app


async def test_the_description_of_the_interface_loads_nothing_from_elsewhere(service):
    app = create_app(service, search=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        page = (await client.get("/docs")).text
        addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(addresses) >= 2
        for address in addresses:
            assert address.startswith("/"), address
            assert (await client.get(address)).status_code == 200, address
        assert (await client.get("/openapi.json")).json()["info"]["title"] == "Jauap"
