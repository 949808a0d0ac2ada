"""The states of a conversation, and what may lead from one to another."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["TRANSITIONS", "Act", "ForbiddenTransition", "State", "next_state"]


class State(StrEnum):
    """Who answers the citizen now."""

    BOT = "bot"
    WAITING = "waiting"
    OPERATOR = "operator"
    CLOSED = "closed"


class Act(StrEnum):
    """What somebody does to a conversation."""

    HAND_OVER = "hand_over"
    LEAVE_QUEUE = "leave_queue"
    CLAIM = "claim"
    TRANSFER = "transfer"
    RETURN = "return"
    CLOSE = "close"
    REROUTE = "reroute"
    """The operator gives it to the queue of another domain."""
    VANISH = "vanish"
    """The operator shows no sign of life any more."""
    LAPSE = "lapse"
    """The citizen has fallen silent."""
    WRITE = "write"
    """The citizen writes: this opens a closed conversation again, and changes nothing in the others."""


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.BOT, Act.HAND_OVER): State.WAITING,
    (State.BOT, Act.WRITE): State.BOT,
    (State.WAITING, Act.LEAVE_QUEUE): State.BOT,
    (State.WAITING, Act.CLAIM): State.OPERATOR,
    (State.WAITING, Act.CLOSE): State.CLOSED,
    (State.WAITING, Act.WRITE): State.WAITING,
    (State.OPERATOR, Act.TRANSFER): State.OPERATOR,
    (State.OPERATOR, Act.RETURN): State.BOT,
    (State.OPERATOR, Act.CLOSE): State.CLOSED,
    (State.OPERATOR, Act.REROUTE): State.WAITING,
    (State.OPERATOR, Act.VANISH): State.WAITING,
    (State.OPERATOR, Act.LAPSE): State.CLOSED,
    (State.OPERATOR, Act.WRITE): State.OPERATOR,
    (State.CLOSED, Act.WRITE): State.BOT,
}


class ForbiddenTransition(Exception):
    """This act is not possible in this state."""

    def __init__(self, state: State, act: Act) -> None:
        self.state, self.act = state, act
        super().__init__(f"{act} is not possible while the conversation is {state}")


def next_state(state: State, act: Act) -> State:
    """The state after `act`. Raises `ForbiddenTransition`."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise ForbiddenTransition(state, act) from None
