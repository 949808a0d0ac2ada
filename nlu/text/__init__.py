"""Reads text as people write it: spelling, scripts, keyboards, and which language it is. Needs no Rasa."""
