"""Runs a Rasa server that ends when the process that started it ends, however that comes about.

Started as `python -m nlu.serve …` with the options of `rasa run`, in Rasa's environment. Whoever starts it holds the
other end of its standard input; when that is closed, by a kill as well, this process ends, too.
"""

from __future__ import annotations

import os
import sys
import threading


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


def main() -> None:
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    from rasa.__main__ import main as rasa

    sys.argv = ["rasa", "run", *sys.argv[1:]]
    rasa()


if __name__ == "__main__":
    main()
