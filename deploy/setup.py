"""Sets up the two environments: `.venv` for the service and `.venv-rasa` for Rasa; done parts are left alone.

Needs nothing but Python's standard library. What is interrupted can be run again: an environment counts as done only
when its mark says from which locks it was made.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICE = ROOT / ".venv"
RASA = ROOT / ".venv-rasa"
UV = "uv==0.13.9"
TORCH = "torch==2.13.0"
NEEDED = (3, 11)


class SetupFailed(Exception):
    """Why the set-up cannot go on, in one line."""


def say(text: str) -> None:
    print(f"[set-up] {text}", flush=True)


def run(command: Sequence[object], what: str) -> None:
    """Run a command, its output shown only where it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
        raise SetupFailed(f"{what} failed (above); mend the cause and run «make setup» again")


def works(python: Path | str, version: tuple[int, int] | None = None) -> bool:
    """Whether this Python really runs (a pyenv shim may refuse to), and is of that version."""
    try:
        done = subprocess.run(
            [str(python), "-c", "import sys; print(*sys.version_info[:2])"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = tuple(map(int, done.stdout.split())) if done.returncode == 0 else None
    return found is not None and version in (None, found)


def mark(environment: Path, *contents: Path | str) -> tuple[Path, str]:
    """The file that says an environment is done, and what it must hold to be up to date."""
    digest = hashlib.sha256(str(environment).encode())
    for content in contents:
        digest.update(content.read_bytes() if isinstance(content, Path) else content.encode())
    return environment / "done", digest.hexdigest()


def is_done(environment: Path, file: Path, expected: str) -> bool:
    return file.exists() and file.read_text() == expected and works(environment / "bin" / "python")


def install(uv: Path, python: Path, lock: Path) -> None:
    """Install what a lock names, each file checked by its hash, then this project itself in editable form."""
    run([uv, "pip", "install", "--python", python, "--requirements", lock], f"installing {lock.name}")
    run([uv, "pip", "install", "--python", python, "--no-deps", "--editable", ROOT], "installing the project")


def torch_is_cpu_build(pip: Sequence[object]) -> bool:
    """Whether pip, as its user has configured it, would take a build of torch without CUDA packages."""
    command = [
        *map(str, pip),
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--report",
        "-",
        TORCH,
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        return False
    wheel = json.loads(done.stdout)["install"][0]["metadata"]
    return not any(need.startswith(("nvidia", "cuda", "triton")) for need in wheel.get("requires_dist", []))


def set_up_service() -> None:
    lock = ROOT / "requirements" / "service.lock"
    file, expected = mark(SERVICE, lock, ROOT / "pyproject.toml", TORCH, UV)
    if is_done(SERVICE, file, expected):
        return
    say("environment of the service (1.9 GB on disk), usually 1 to 5 minutes")
    file.unlink(missing_ok=True)
    python = SERVICE / "bin" / "python"
    if not works(python):
        shutil.rmtree(SERVICE, ignore_errors=True)
        done = subprocess.run([sys.executable, "-m", "venv", SERVICE], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SetupFailed("Python cannot create environments; on Debian or Ubuntu: apt install python3-venv")
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    run([*pip, "install", "--quiet", UV], "installing uv")
    uv = SERVICE / "bin" / "uv"
    if not has_torch(python):
        say("  torch, the build for processors without CUDA …")
        if platform.system() != "Linux" or torch_is_cpu_build(pip):
            run([*pip, "install", "--quiet", "--no-deps", TORCH], "installing torch")
        else:
            command = [uv, "pip", "install", "--python", python, "--no-deps", "--torch-backend", "cpu", TORCH]
            run(command, "installing torch")
    say("  all other packages …")
    install(uv, python, lock)
    file.write_text(expected)


def has_torch(python: Path) -> bool:
    code = "from importlib.metadata import version; print(version('torch').split('+')[0])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == TORCH.partition("==")[2]


def candidates() -> Iterator[Path]:
    """Where a Python 3.10 may be."""
    if named := os.environ.get("JAUAP_PYTHON310"):
        yield Path(named)
    if found := shutil.which("python3.10"):
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob("versions/3.10*/bin/python"), reverse=True)
    yield from (Path(folder, "python3.10") for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"))


def python_3_10(uv: Path) -> Path:
    """A Python 3.10 that really runs: one that is here, or one that uv can fetch."""
    for candidate in candidates():
        if works(candidate, (3, 10)):
            return candidate
    say("  no Python 3.10 here; asking uv for one …")
    subprocess.run([uv, "python", "install", "--quiet", "3.10"], capture_output=True, check=False)
    found = subprocess.run([uv, "python", "find", "3.10"], capture_output=True, text=True, check=False)
    if found.returncode == 0 and works(found.stdout.strip(), (3, 10)):
        return Path(found.stdout.strip())
    raise SetupFailed(
        "Rasa needs Python 3.10 and none was found: install one (pyenv install 3.10, or your system's python3.10) "
        "or name it: JAUAP_PYTHON310=/path/to/python3.10 make setup"
    )


def set_up_rasa() -> None:
    lock = ROOT / "requirements" / "rasa.lock"
    file, expected = mark(RASA, lock, ROOT / "pyproject.toml")
    if is_done(RASA, file, expected):
        return
    say("environment of Rasa (2.4 GB on disk, mostly TensorFlow), usually 1 to 6 minutes")
    file.unlink(missing_ok=True)
    uv = SERVICE / "bin" / "uv"
    python = RASA / "bin" / "python"
    if not works(python, (3, 10)):
        shutil.rmtree(RASA, ignore_errors=True)
        run([uv, "venv", "--quiet", "--python", python_3_10(uv), RASA], "creating .venv-rasa")
    install(uv, python, lock)
    file.write_text(expected)


def main() -> int:
    if sys.version_info < NEEDED:
        print("[set-up] Jauap needs Python 3.11 or newer: make PYTHON=/path/to/python3.11", file=sys.stderr)
        return 1
    started = time.monotonic()
    try:
        set_up_service()
        set_up_rasa()
    except SetupFailed as failed:
        print(f"[set-up] {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("[set-up] interrupted; run it again to go on", file=sys.stderr)
        return 1
    if (seconds := time.monotonic() - started) > 5:
        say(f"done in {seconds / 60:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
