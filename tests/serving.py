"""Serves an application over real HTTP in the test's own event loop, so that a test can reach into its service."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import APIRouter, FastAPI

from bot import errors
from bot.service import Service

__all__ = ["application", "serve"]


def application(service: Service, *routers: APIRouter) -> FastAPI:
    """An application of these routers alone, over a test's service and without an index to search."""
    app = FastAPI()
    errors.install(app)
    app.state.service = service
    app.state.search = None
    for router in routers:
        app.include_router(router)
    return app


@asynccontextmanager
async def serve(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """`async with serve(app) as url`: the application on a free port of 127.0.0.1, or on `port`, until the block ends.

    As at a real stop, the open event streams are closed first (`app.state.service.events`).
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            if serving.done():
                raise RuntimeError("the server did not start") from serving.exception()
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            app.state.service.events.close()
            server.should_exit = True
            await serving
