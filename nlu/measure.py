"""Says which intents several models find in the same texts: a JSON list of texts in, a JSON object a model out.

Runs in Rasa's environment: `python -m nlu.measure MODEL…`. One process for all models, because importing Rasa takes
longer than reading a thousand texts.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import sys
from typing import TextIO

from nlu.parse import best_intent, without_command


async def measure(models: list[str], texts: list[str], output: TextIO) -> None:
    """Writes `{"model", "intents"}`, or `{"model", "error"}` for a model that this program cannot use."""
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # its messages tell the texts
    for model in models:
        said: dict[str, object] = {"model": model}
        try:
            agent = Agent.load(model)
            said["intents"] = [best_intent(await agent.parse_message(without_command(text))) for text in texts]
        except Exception as error:  # a model that other code has made fails in any way, at any step
            said["error"] = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        print(json.dumps(said, ensure_ascii=False), file=output, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", metavar="MODEL")
    models = parser.parse_args().models
    # Rasa and its libraries print what they like: standard output is for the answers alone.
    with contextlib.redirect_stdout(sys.stderr):
        asyncio.run(measure(models, json.load(sys.stdin), sys.__stdout__ or sys.stdout))
    return 0


if __name__ == "__main__":
    sys.exit(main())
