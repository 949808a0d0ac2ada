"""A new service file: every field with an explanation, ready to be filled in."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from knowledge_base.model import SERVICES
from knowledge_base.rates import today

TEMPLATE = Path(__file__).parent / "template.yaml"
_PLACE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$")

__all__ = ["new"]


def new(place: str, folder: Path = SERVICES, on: date | None = None) -> Path:
    """Write the template of the service `place` (`domain/slug`) and return the file's path.

    Raises `ValueError` for a place of another form, and `FileExistsError` where the file is there already.
    """
    if not _PLACE.fullmatch(place):
        raise ValueError(f"«{place}» is not of the form domain/slug (small Latin letters, digits, hyphens)")
    domain, slug = place.split("/")
    path = folder / domain / f"{slug}.yaml"
    day = on or today()
    # Half a year: long enough to be kept, short enough for amounts that change with the year.
    review = date(day.year + (day.month > 6), (day.month + 5) % 12 + 1, min(day.day, 28))
    text = TEMPLATE.read_text("utf-8")
    for key, value in {"SLUG": slug, "DOMAIN": domain, "TODAY": day.isoformat(), "REVIEW": review.isoformat()}.items():
        text = text.replace(f"<{key}>", value)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path
