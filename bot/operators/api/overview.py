"""What supervisors and administrators watch: the present, the figures of a day, and both as tables."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from bot.errors import ApiError, language_of
from bot.operators import export
from bot.operators import figures as of_day
from bot.operators import overview as present
from bot.operators.access import Supervisor
from bot.operators.figures import Figures
from bot.operators.names import Names
from bot.operators.overview import Overview
from bot.service import Parts

__all__ = ["router"]

router = APIRouter()


@router.get("/overview")
async def overview(request: Request, login: Supervisor, service: Parts) -> Overview:
    """Who waits, who works on what, and which promises are broken now."""
    return await present.overview(service.database, await Names.load(language_of(request)))


@router.get("/figures")
async def figures(request: Request, login: Supervisor, service: Parts, day: date | None = None) -> Figures:
    """The figures of a day of Kazakhstan, `YYYY-MM-DD`; of today where none is named."""
    names = await Names.load(language_of(request))
    return await of_day.figures(service.database, day or of_day.today(), names)


@router.get("/tickets.csv", response_class=StreamingResponse)
async def tickets(
    request: Request,
    login: Supervisor,
    service: Parts,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
) -> StreamingResponse:
    """The tickets opened from one day to another, both inclusive, at most 92 days; leaves an audit entry."""
    if not 0 <= (last - first).days < export.LONGEST:
        raise ApiError(422, "bad_span", days=export.LONGEST)
    names = await Names.load(language_of(request))
    pieces = await export.tickets(service.database, login.operator.username, first, last, names)
    return _csv(pieces, f"tickets-{first}-{last}.csv")


@router.get("/conversations/{conversation_id}/transcript.csv", response_class=StreamingResponse)
async def transcript(conversation_id: str, request: Request, login: Supervisor, service: Parts) -> StreamingResponse:
    """One talk, masked; leaves an audit entry."""
    names = await Names.load(language_of(request))
    pieces = await export.transcript(service.database, login.operator.username, conversation_id, names)
    return _csv(pieces, f"talk-{conversation_id[:8]}.csv")


def _csv(pieces: AsyncIterator[str], name: str) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8; header=present", headers=headers)
