"""What is committed as built was built from the sources that are committed."""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "frontend" / "condition-builder"
BUILT = ROOT / "static" / "cxmanager"
LARGEST = 260_000


def digest_of_sources() -> str:
    """As build.mjs makes it: each file's path, a zero byte, its content, a zero byte; in the order of the paths."""
    paths = [SOURCE / name for name in ("build.mjs", "package-lock.json", "package.json", "samples.mjs")] + list(
        SOURCE.glob("src/*")
    )
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(SOURCE).as_posix(), path) for path in paths):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def test_the_condition_builder_is_built_from_its_sources():
    expected = f"sources sha256:{digest_of_sources()}"
    for name in ("condition-builder.js", "condition-builder.css"):
        first_line = (BUILT / name).read_text().split("\n", 1)[0]
        assert expected in first_line, f"{name} is older than its sources: run `make static`."


def test_the_samples_of_what_it_writes_are_those_of_its_sources():
    assert json.loads((SOURCE / "samples.json").read_text())["sources"] == digest_of_sources()


def test_the_condition_builder_is_small_and_makes_no_code_from_text():
    script = (BUILT / "condition-builder.js").read_text()
    assert len(script.encode()) < LARGEST
    assert re.findall(r"\beval\(|new Function\b", script) == []


def test_the_lockfile_names_no_registry():
    assert re.findall(r'"resolved"|https?://[^"]*registry', (SOURCE / "package-lock.json").read_text()) == []
