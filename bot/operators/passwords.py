"""Passwords: which are good enough, and their hashes."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["LONGEST", "fault_of", "hash_of", "hash_of_nobody", "is_outdated", "matches"]

SHORTEST, LONGEST = 10, 200

_hasher = PasswordHasher()
# Every hash takes 64 MiB and a core: a flood of log-ins must queue here, not starve the rest of the service.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_nobody: str | None = None


def fault_of(password: str) -> str | None:
    """Why this cannot be a password; None where it can."""
    if len(password) < SHORTEST:
        return f"a password needs at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"a password may have at most {LONGEST} characters"
    if len(set(password)) < 4:
        return "a password needs at least 4 different characters"
    return None


async def hash_of(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def matches(hashed: str, password: str) -> bool:
    """Whether this is the password of that hash; what is longer than any password matches none."""

    def check() -> bool:
        try:
            return _hasher.verify(hashed, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.get_running_loop().run_in_executor(_threads, check)


def is_outdated(hashed: str) -> bool:
    """Whether the hash was made at another cost than is asked for today."""
    return _hasher.check_needs_rehash(hashed)


async def hash_of_nobody() -> str:
    """What an unknown name's password is compared with: the hash of something nobody can type."""
    global _nobody
    if _nobody is None:
        _nobody = await hash_of(secrets.token_urlsafe(32))
    return _nobody
