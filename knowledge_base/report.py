"""How far the knowledge base reaches: a table of the services, for the people who keep it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from knowledge_base.model import SECTIONS, Service

__all__ = ["coverage"]


def coverage(services: Iterable[Service], on: date) -> Iterator[str]:
    """The lines of a table: of each service its sections, the share confirmed by sources, questions and dates.

    A review date that is past on the day `on` is marked with "!".
    """
    rows = [_row(service, on) for service in services]
    width = max(len(row[0]) for row in rows)
    yield f"{'service':{width}}  sections  confirmed  questions ru/kk  sources  verified    review by"
    for name, sections, confirmed, questions, sources, verified, review in rows:
        yield f"{name:{width}}  {sections:>8}  {confirmed:>9}  {questions:>15}  {sources:>7}  {verified}  {review}"
    yield f"{len(rows)} services"


def _row(service: Service, on: date) -> tuple[str, ...]:
    supported = [item for _, item in service.supported()]
    confirmed = sum(not item.unconfirmed for item in supported)
    return (
        f"{service.domain}/{service.slug}",
        f"{len(service.sections())}/{len(SECTIONS)}",
        f"{100 * confirmed // len(supported)} %",
        f"{len(service.questions.ru)}/{len(service.questions.kk)}",
        str(len(service.sources)),
        service.verified.isoformat(),
        service.review_by.isoformat() + (" !" if service.review_by < on else ""),
    )
