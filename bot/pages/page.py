"""Pages from templates, with the headers that keep everything foreign out of them."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from texts import Language

__all__ = ["HERE", "PLAIN_POLICY", "SCRIPTED_POLICY", "render"]

HERE = Path(__file__).parent

# Nothing is loaded but what is named, nothing inline runs, and the page is shown in nobody's frame.
PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCRIPTED_POLICY = f"{PLAIN_POLICY}; script-src 'self'; connect-src 'self'"

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(
    template: str, language: Language, *, status: int = 200, policy: str = PLAIN_POLICY, cache: str, **values: object
) -> HTMLResponse:
    """The page of a template, in `language`; `cache` is its `Cache-Control`."""
    headers = {
        "Content-Security-Policy": policy,
        "Content-Language": language,
        "Referrer-Policy": "same-origin",  # no-referrer would make browsers hide the origin of our own forms
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": cache,
        "Vary": "Accept-Language, Cookie",
    }
    page = _templates.get_template(template).render(language=language, **values)
    return HTMLResponse(page, status, headers)
