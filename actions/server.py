"""Runs actions for Rasa, within the process that holds the index."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException

from actions import answering, computing, forms, leaving, people, talking

__all__ = ["UnknownAction", "executor", "run"]


class UnknownAction(LookupError):
    """Rasa asks for an action that this version does not have: its model and the actions do not fit together."""


@lru_cache
def executor() -> ActionExecutor:
    """rasa-sdk's executor with every action of this package."""
    executor = ActionExecutor()
    for module in (answering, computing, forms, leaving, people, talking):
        for name in module.__all__:
            exported = getattr(module, name)
            if isinstance(exported, type) and issubclass(exported, Action):
                executor.register_action(exported)
    return executor


async def run(call: dict[str, Any]) -> dict[str, Any]:
    """Run the action that `call` (Rasa's JSON) names; returns `{"events", "responses"}`.

    Raises `UnknownAction`, and whatever the action raises.
    """
    try:
        result = await executor().run(call)
    except ActionNotFoundException as error:
        raise UnknownAction(str(error)) from error
    return result.model_dump() if result is not None else {"events": [], "responses": []}
