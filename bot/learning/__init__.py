"""Learning from what was not answered: groups of like questions, and their way into the knowledge base."""
