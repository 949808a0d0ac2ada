"""Puts what `nlu.entities` finds into the parse result."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from nlu.entities import find

KAZAKHSTAN = timezone(timedelta(hours=5))  # one time for the whole country since March 2024


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityFinder(GraphComponent, EntityExtractorMixin):
    """Adds entities by rules; like Duckling's, they carry what is more to say of a value as `additional_info`."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityFinder:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        today = datetime.now(KAZAKHSTAN).date()
        for message in messages:
            found = [
                {
                    ENTITY_ATTRIBUTE_TYPE: one.entity,
                    ENTITY_ATTRIBUTE_START: one.start,
                    ENTITY_ATTRIBUTE_END: one.end,
                    ENTITY_ATTRIBUTE_VALUE: one.value,
                    **({"additional_info": dict(one.info)} if one.info else {}),
                }
                for one in find(message.get(TEXT) or "", today)
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(found), add_to_output=True)
        return messages
