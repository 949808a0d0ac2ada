"""A crash harness: fifty simulated citizens write to the real service while it and its Rasa are killed at random."""
