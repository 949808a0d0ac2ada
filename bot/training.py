"""Brings the dialogue model up to date: trained beside the one in use, compared with it, only then put in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot import rasa
from bot.settings import Settings

__all__ = ["bring_up_to_date", "up_to_date"]


def up_to_date(settings: Settings) -> bool:
    """Whether the model of the sources as they stand is in use."""
    return rasa.trained(settings) and rasa.model_in_use(settings) == rasa.model_path(settings)


def bring_up_to_date(
    settings: Settings, *, accept_worse: bool = False, progress: Callable[[str], None] = lambda line: None
) -> bool:
    """Use the model of the sources as they stand; False where it is in use already.

    It is trained where it is not yet, and compared with the one in use where there is one. Raises
    `rasa.RasaMissing`, `rasa.RasaFailed`, and `knowledge_base.evaluation.gate.Worse` where it answers worse and that is
    not accepted; the former then stays in use, and the new one beside it.
    """
    new, former = rasa.model_path(settings), rasa.model_in_use(settings)
    if new.exists() and former == new:
        progress("The dialogue model is up to date.")
        return False
    if former is not None:
        rasa.use(settings, former)  # said explicitly, so that a model that was not compared never counts as in use
    if not new.exists():
        progress("Training the dialogue model, usually 1 to 2 minutes …")
        rasa.train(settings)
    if former is not None:
        _compare(settings, former, new, accept_worse, progress)
    rasa.use(settings, new)
    progress(f"The dialogue model {new} is in use from the next start on.")
    return True


def _compare(settings: Settings, former: Path, new: Path, accept_worse: bool, progress: Callable[[str], None]) -> None:
    from knowledge_base.evaluation import dialogue, gate, kept

    code = kept.code_of(dialogue.CODE)
    messages = dialogue.read()
    before_now = {model: kept.read(_evaluation(model), code) for model in (former, new)}
    found = {model: data["intents"] for model, data in before_now.items() if data is not None}
    unknown = [model for model in (former, new) if model not in found]
    if unknown:
        progress("Comparing it with the one in use, usually half a minute …")
        texts = [message.text for message in messages]
        for model, intents in zip(unknown, rasa.intents(settings, unknown, texts), strict=True):
            if isinstance(intents, str):
                if model == new:
                    raise rasa.RasaFailed(f"the trained model cannot be used: {intents}")
                progress(f"nothing to compare with: the dialogue model in use does not fit this program ({intents})")
                continue
            found[model] = dict(zip(texts, intents, strict=True))
            kept.write(_evaluation(model), code, {"intents": found[model]})
    if former not in found:
        return
    before, after = (dialogue.marks(messages, found[model]) for model in (former, new))
    gate.decide(
        "dialogue model",
        gate.compare(before, after, "dialogue"),
        accept="jauap train --accept-worse",
        accepted=accept_worse,
        progress=progress,
    )


def _evaluation(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(".tar.gz") + ".evaluation.json")
