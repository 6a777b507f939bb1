"""Writes golden files: JSON, one line per list entry or field, numbers to twelve significant digits."""

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "test" / "golden"
LIMIT = 200_000  # bytes


def write(name: str, content: dict) -> None:
    """Writes test/golden/<name>.json. NumPy arrays become nested lists; recipes are kept to the last bit."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = "{\n" + ",\n".join(f"{json.dumps(key)}: {_lines(value)}" for key, value in content.items()) + "\n}\n"
    if len(text) > LIMIT:
        raise ValueError(f"{name}.json would have {len(text)} bytes")
    path = FOLDER / f"{name}.json"
    path.write_text(text)
    print(f"{path.name}: {len(text)} bytes")


def _lines(value) -> str:
    if isinstance(value, list) and value and (isinstance(value[0], dict) or hasattr(value[0], "json")):
        return "[\n" + ",\n".join(json.dumps(_plain(entry)) for entry in value) + "\n]"
    return json.dumps(_plain(value))


def _plain(value):
    if hasattr(value, "json"):
        return value.json()
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    if isinstance(value, np.ndarray):
        return _rounded(value.tolist())
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return _rounded(value.item())
    return value


def _rounded(value):
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value
