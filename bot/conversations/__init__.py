"""The one place where a conversation changes state."""

from bot.conversations.events import Event, Events
from bot.conversations.inbox import BadPayload, Received
from bot.conversations.record import UnknownConversation
from bot.conversations.service import Conversations
from bot.conversations.states import Act, ForbiddenTransition, State
from bot.conversations.talks import AlreadyClaimed, NotYours, UnknownOperator
from bot.conversations.tokens import WrongSite
from bot.conversations.views import MessageView

__all__ = [
    "Act",
    "AlreadyClaimed",
    "BadPayload",
    "Conversations",
    "Event",
    "Events",
    "ForbiddenTransition",
    "MessageView",
    "NotYours",
    "Received",
    "State",
    "UnknownConversation",
    "UnknownOperator",
    "WrongSite",
]
