"""What the tests of whole paths share."""

from tests.browser import accessible, browser

__all__ = ["accessible", "browser"]
