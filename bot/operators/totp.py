"""The second factor: codes of RFC 6238 that an app on the telephone shows."""

from __future__ import annotations

from datetime import datetime

import pyotp
import segno

__all__ = ["ISSUER", "address", "matching_step", "new_secret", "picture"]

ISSUER = "Jauap"
WINDOW = 1
"""Steps of 30 seconds before and after the present one whose codes are taken as well: clocks differ."""


def new_secret() -> str:
    """A random secret, base32."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """The `otpauth://` address that an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def picture(text: str) -> list[str]:
    """The QR code of a text with its quiet zone, row by row: `1` is dark, `0` is light."""
    return [
        "".join("1" if dark else "0" for dark in row) for row in segno.make(text, micro=False).matrix_iter(border=4)
    ]


def matching_step(secret: str, code: str, *, after: int | None, at: datetime) -> int | None:
    """The time step that this code belongs to; None where it belongs to none near `at`, or to none later than `after`.

    `after` is the step whose code was accepted last: each code opens once (RFC 6238, 5.2). The time it takes tells
    nothing of the code.
    """
    totp = pyotp.TOTP(secret)
    given = "".join(code.split())
    present = totp.timecode(at)
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        fits = pyotp.utils.strings_equal(given, totp.generate_otp(step))
        if fits and (after is None or step > after):
            found = step
    return found
