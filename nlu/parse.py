"""Reads JSON lines with `text` and adds language, intent, confidence and entities; carries `jauap classify --jsonl`.

Runs in Rasa's environment: `python -m nlu.parse --model PATH`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import sys
from typing import TextIO


async def parse_lines(model: str, output: TextIO) -> int:
    """Returns the exit code: 0, or 1 where a line is no JSON object with a text; answers before it are written."""
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # its messages tell the texts of citizens
    agent = Agent.load(model)
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            text = item["text"]
            if not isinstance(text, str):
                raise TypeError("text is no string")
        except (ValueError, KeyError, TypeError):
            print(f"jauap: line {number} is no JSON object with a text", file=sys.stderr)
            return 1
        parsed = await agent.parse_message(without_command(text))
        item["language"] = parsed.get("language") or "ru"
        item["intent"] = best_intent(parsed)
        item["confidence"] = round(float(_ranking(parsed)[0]["confidence"]) if _ranking(parsed) else 0.0, 4)
        item["entities"] = parsed["entities"]
        print(json.dumps(item, ensure_ascii=False), file=output, flush=True)
    return 0


def without_command(text: str) -> str:
    """The text as Rasa may see it: never a command, even if it begins like one."""
    return text.lstrip("/ ")


def _ranking(parsed: dict) -> list[dict]:
    """The intents by confidence, without the fallback, which says only that the best was unsure."""
    return [intent for intent in parsed.get("intent_ranking", []) if intent["name"] != "nlu_fallback"]


def best_intent(parsed: dict) -> str | None:
    """The likeliest intent of a parsed message, however unsure."""
    ranking = _ranking(parsed)
    return ranking[0]["name"] if ranking else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="the trained model")
    model = parser.parse_args().model
    # Rasa and its libraries print what they like: standard output is for the answers alone.
    with contextlib.redirect_stdout(sys.stderr):
        return asyncio.run(parse_lines(model, sys.__stdout__ or sys.stdout))


if __name__ == "__main__":
    sys.exit(main())
