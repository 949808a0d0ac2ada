"""The operators' HTTP interface, `/api/v1/operator`, room by room."""

from fastapi import APIRouter

from bot.operators.api import administration, assist, canned, overview, own, revealing, review, session, talks

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/operator", tags=["operators"])
for _room in (session, talks, revealing, assist, canned, overview, own, administration, review):
    router.include_router(_room.router)
