"""What was measured once, kept in a file with a hash of the code that it was measured by."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

__all__ = ["code_of", "read", "write"]


def code_of(patterns: Iterable[str], *more: Path) -> str:
    """A hash of files of the program, given from its root, and of `more` files: what a measurement depends on."""
    digest = hashlib.sha256()
    found = (path for pattern in patterns for path in sorted(ROOT.glob(pattern)) if path.is_file())
    for path in [*found, *more]:
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def read(path: Path, code: str) -> dict[str, Any] | None:
    """What is kept there; None where nothing is, where it was cut short, or where other code has measured it."""
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and kept.get("code") == code else None


def write(path: Path, code: str, data: Mapping[str, Any]) -> None:
    """Keep `data` there, in one step. Raises `OSError`."""
    beside = path.with_name(f".{path.name}")
    beside.write_text(json.dumps({"code": code, **data}, ensure_ascii=False, indent=1), "utf-8")
    os.replace(beside, path)
