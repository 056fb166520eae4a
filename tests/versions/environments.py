"""One virtual environment for each generation of ``datasets`` that reads what we publish.

Beside ``datasets`` each holds the libraries of its time, since that is what people have who have not upgraded.
They are kept under ``$XDG_CACHE_HOME/kpmath/environments`` (else ``~/.cache``), 0.4 GB each, and made again only
when the list below or the Python changes.  The lists have wheels for Python 3.11 and 3.12.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REQUIREMENTS = {
    "5.2": (
        "datasets==5.2.0",
        "huggingface_hub==2.4.0",
        "pyarrow==26.0.1",
        "pandas==3.1.1",
        "numpy==2.4.6",
        "fsspec==2026.9.0",
    ),
    "3.6": (
        "datasets==3.6.0",
        "huggingface_hub==0.32.6",
        "pyarrow==20.0.0",
        "pandas==2.2.3",
        "numpy==2.2.6",
        "fsspec==2025.3.0",
    ),
    "2.21": (
        "datasets==2.21.0",
        "huggingface_hub==0.24.7",
        "pyarrow==17.0.0",
        "pandas==2.2.2",
        "numpy==1.26.4",
        "fsspec==2024.6.1",
    ),
}
"""Version of ``datasets`` -> what is installed."""


def python_of(version: str) -> Path:
    """The interpreter of an environment, which is made (half a minute, 100 MB of downloads) where it is missing.

    Raises:
        RuntimeError: pip could not install it.
    """
    wanted = REQUIREMENTS[version]
    key = hashlib.sha256("\n".join([sys.version, sys.base_prefix, *wanted]).encode()).hexdigest()[:12]
    folder = _cache() / f"datasets-{version}-{key}"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        install(folder, wanted)
        ready.touch()
    return python


def install(folder: Path, wanted: Sequence[str]) -> Path:
    """The interpreter of a new environment in ``folder`` with what pip's arguments ``wanted`` name.

    Raises:
        RuntimeError: pip could not install it.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    made = subprocess.run(pip, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(f"{' '.join(wanted)} cannot be installed: {made.stderr.strip()[-2000:]}")
    return python


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "kpmath" / "environments"
