"""Rasa graph components over `nlu.text` and `nlu.kazakh`; they run in Rasa's environment only."""
