"""Cross-validates the intents: the pipeline of config.yml beside Rasa's default one on the same folds, clean and noisy.

Runs in Rasa's environment: `.venv-rasa/bin/python -m bench.intents`. Each example is once in a test part, as it is and
spoiled in the four ways of `nlu.noise`; both pipelines see only clean examples in training. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
os.environ.update(RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")

import yaml  # noqa: E402
from rasa.core.agent import Agent  # noqa: E402
from rasa.model_training import train_nlu  # noqa: E402
from rasa.utils.log_utils import configure_structlog  # noqa: E402
from sklearn.metrics import f1_score, precision_score, recall_score  # noqa: E402
from sklearn.model_selection import StratifiedKFold  # noqa: E402

from nlu.noise import KINDS  # noqa: E402

BUTTONS = ("show", "domain")  # come from buttons, never from text
SEARCHED = ("ask", "follow_up", "nlu_fallback")  # which of them it is makes no difference to the answer
CLEAN = "clean"
Example = tuple[str, str, str]  # text, intent, language


def default_pipeline(epochs: int) -> list[dict[str, Any]]:
    """Rasa's default for languages without a model of their own, without what only entities and responses need."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": 42},
    ]


def examples() -> list[Example]:
    found = []
    for language in ("ru", "kk"):
        for path in sorted((ROOT / "nlu" / "training" / language).glob("*.yml")):
            for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
                if block["intent"] not in BUTTONS:
                    lines = block["examples"].splitlines()
                    found += [(line.removeprefix("- ").strip(), block["intent"], language) for line in lines if line]
    return found


def spoiled(data: list[Example]) -> dict[str, list[str]]:
    """All texts by the way in which they are spoiled; the same at every run."""
    texts = {CLEAN: [text for text, _, _ in data]}
    for kind, spoil in KINDS.items():
        texts[kind] = [spoil(text, random.Random(f"{kind} {place}")) for place, (text, _, _) in enumerate(data)]  # noqa: S311
    return texts


def train(pipeline: list[dict[str, Any]], data: list[Example], folder: Path) -> Agent:
    by_intent = defaultdict(list)
    for text, intent, _ in data:
        by_intent[intent].append(text)
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in by_intent.items()
    ]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), "utf-8")
    config = {"recipe": "default.v1", "assistant_id": "bench", "language": "kk", "pipeline": pipeline}
    (folder / "config.yml").write_text(yaml.safe_dump(config), "utf-8")
    with contextlib.redirect_stdout(sys.stderr):  # standard output is for the tables
        model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="model")
    if model is None:
        raise RuntimeError("Rasa trained no model")
    return Agent.load(model)


class Result:
    """What one pipeline said to every text: intent and confidence by kind of noise, and its times."""

    def __init__(self, size: int) -> None:
        self.said: dict[str, list[tuple[str, float]]] = {kind: [("", 0.0)] * size for kind in (CLEAN, *KINDS)}
        self.parsing: list[float] = []  # seconds a message
        self.training: list[float] = []  # seconds a fold

    async def test(self, agent: Agent, texts: dict[str, list[str]], places: list[int]) -> None:
        await agent.parse_message("сәлем")  # the first message loads what is loaded late
        for kind in self.said:
            for place in places:
                started = time.perf_counter()
                parsed = await agent.parse_message(texts[kind][place].lstrip("/ "))
                self.parsing.append(time.perf_counter() - started)
                best = next(one for one in parsed["intent_ranking"] if one["name"] != "nlu_fallback")
                self.said[kind][place] = best["name"], float(best["confidence"])


def _mean(values: list[float]) -> float:
    return statistics.fmean(values) if values else float("nan")


def accuracy(result: Result, kind: str, data: list[Example], places: list[int]) -> float:
    return _mean([result.said[kind][place][0] == data[place][1] for place in places])


def report(results: dict[str, Result], data: list[Example], places: list[int]) -> None:
    names = list(results)
    rows: list[tuple[str, list[str]]] = []

    def row(title: str, values: list[float], unit: str = "") -> None:
        rows.append((title, [f"{value:.1f}{unit}" for value in values]))

    true = [data[place][1] for place in places]
    said = {name: [results[name].said[CLEAN][place][0] for place in places] for name in names}
    clean = [100 * accuracy(results[name], CLEAN, data, places) for name in names]
    row("accuracy, clean", clean, " %")
    for language in ("ru", "kk"):
        of_language = [place for place in places if data[place][2] == language]
        row(f"— {language}", [100 * accuracy(results[name], CLEAN, data, of_language) for name in names], " %")
    together = [
        [(a == b) or (a in SEARCHED and b in SEARCHED) for a, b in zip(said[name], true, strict=True)] for name in names
    ]
    row("accuracy, ask and follow_up as one", [100 * _mean(right) for right in together], " %")
    row("macro F1, clean", [100 * f1_score(true, said[name], average="macro") for name in names], " %")
    for intent in ("complaint", "operator"):
        scores = {"recall": recall_score, "precision": precision_score}
        for score, function in scores.items():
            values = [100 * function(true, said[name], labels=[intent], average=None)[0] for name in names]
            row(f"{intent}: {score}", values, " %")
    losses = {name: [] for name in names}
    for kind in KINDS:
        # Russian has no Kazakh letters to lose.
        concerned = [p for p in places if data[p][2] == "kk"] if kind == "without Kazakh letters" else places
        noisy = [100 * accuracy(results[name], kind, data, concerned) for name in names]
        for name, value in zip(names, noisy, strict=True):
            losses[name].append(100 * accuracy(results[name], CLEAN, data, concerned) - value)
        row(f"accuracy, {kind}", noisy, " %")
    means = [_mean(losses[name]) for name in names]
    row("loss on noisy text, mean of the four, points", means)
    row("parsing, p50", [1000 * statistics.median(results[name].parsing) for name in names], " ms")
    row("parsing, p95", [1000 * statistics.quantiles(results[name].parsing, n=20)[-1] for name in names], " ms")
    row("training, a fold", [_mean(results[name].training) for name in names], " s")
    print(f"| {len(places)} examples | " + " | ".join(names) + " |\n|" + " --- |" * (len(names) + 1))
    for title, values in rows:
        print(f"| {title} | " + " | ".join(values) + " |")
    if len(names) > 1:
        print(f"\nOur loss on noisy text is {means[0] / means[1]:.2f} of the default pipeline's.")
    thresholds(results[names[0]], data, places)


def thresholds(result: Result, data: list[Example], places: list[int]) -> None:
    """By confidence: how often a guess that leads past the search is right, and how often the search would be."""
    guesses = [
        (confidence, intent == data[place][1], data[place][1] in SEARCHED)
        for said in result.said.values()
        for place in places
        for intent, confidence in [said[place]]
        if intent not in SEARCHED
    ]
    print("\n| confidence in another intent than a question | texts | right | a question after all |\n|" + " --- |" * 4)
    for low, high in pairwise([0, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.8, 1.01]):
        within = [guess for guess in guesses if low <= guess[0] < high]
        right, question = (100 * _mean([guess[column] for guess in within]) for column in (1, 2))
        print(f"| {low}–{min(high, 1)} | {len(within)} | {right:.0f} % | {question:.0f} % |")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, help="so many of the folds: a quick look")
    parser.add_argument("--epochs", type=int, default=100, help="of DIET; Rasa's template has 100")
    parser.add_argument("--ours", action="store_true", help="without the default pipeline")
    options = parser.parse_args()
    configure_structlog(logging.ERROR)
    logging.disable(logging.WARNING)

    data = examples()
    texts = spoiled(data)
    pipelines = {"ours": yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]}
    if not options.ours:
        pipelines["Rasa's default"] = default_pipeline(options.epochs)
    results = {name: Result(len(data)) for name in pipelines}
    folds = StratifiedKFold(options.folds, shuffle=True, random_state=1).split(data, [intent for _, intent, _ in data])
    tested: list[int] = []
    for number, (learn, test) in enumerate(folds, start=1):
        if options.only and number > options.only:
            break
        tested += [int(place) for place in test]
        for name, pipeline in pipelines.items():
            with tempfile.TemporaryDirectory() as folder:
                started = time.perf_counter()
                agent = train(pipeline, [data[place] for place in learn], Path(folder))
                results[name].training.append(time.perf_counter() - started)
                await results[name].test(agent, texts, [int(place) for place in test])
            print(f"fold {number} of {options.folds}: {name}", file=sys.stderr, flush=True)
    report(results, data, tested)


if __name__ == "__main__":
    asyncio.run(main())
