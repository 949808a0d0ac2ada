"""What the tests of whole paths share."""

from tests.browser import accessible, browser, chromium_address

__all__ = ["accessible", "browser", "chromium_address"]
