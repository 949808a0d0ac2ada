"""Measures the search on labelled questions, compares it, and tunes it on the development set."""
