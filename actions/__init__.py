"""Rasa SDK actions: what the bot says to each intent."""
