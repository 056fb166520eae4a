"""The Space starts with what its requirements.txt and its card name, in an environment made as the Hub makes one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from builder.publish.space import assemble_space
from tests.publish.started_space import started
from tests.versions.environments import install

pytestmark = [
    pytest.mark.versions,
    # Gradio's client leaves sockets to the garbage collector and uses what is deprecated.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_the_space_runs_with_its_own_requirements_alone(tmp_path: Path) -> None:
    folder, environment = tmp_path / "space", tmp_path / "environment"
    assemble_space(folder)
    sdk = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])["sdk_version"]
    try:
        # Not kept: a Space gets what is newest on the day that it is built.
        python = install(environment, ["-r", str(folder / "requirements.txt"), f"gradio=={sdk}"])
        left_out = subprocess.run([python, "-c", "import rapidfuzz"], capture_output=True, text=True)
        assert "No module named 'rapidfuzz'" in left_out.stderr  # of the whole project, not of the page
        with started(python, folder, tmp_path / "home") as client:
            assert client.predict(api_name="/generate")["row"]["problem"]
    finally:
        shutil.rmtree(environment, ignore_errors=True)
