"""The examples for receivers check what is really sent."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils.timezone import now

from reactions.signing import new_secret, signatures

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "integrators.md").read_text()
BODY = '{"first_name": "Zoë"}'


def example(language: str, name: str) -> str:
    return next(block for block in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if name in block)


def signed(secret: str) -> dict[str, str]:
    return {name.lower(): value for name, value in signatures(secret, BODY, message_id="1", at=now()).items()}


@pytest.mark.parametrize("secret", [new_secret(), "a secret of sixteen"], ids=["new", "own"])
def test_the_example_in_python(secret):
    room: dict = {}
    exec(example("python", "def is_ours"), room)
    headers = signed(secret)
    assert room["is_ours"](secret, headers, BODY.encode())
    assert not room["is_ours"](secret, headers, BODY.encode() + b" ")
    assert not room["is_ours"]("another secret", headers, BODY.encode())
    assert not room["is_ours"](secret, headers | {"webhook-timestamp": "1"}, BODY.encode())


@pytest.mark.parametrize("secret", [new_secret(), "a secret of sixteen"], ids=["new", "own"])
def test_the_example_in_node(secret):
    node = shutil.which("node")
    code = example("js", "function isOurs")
    assert "timingSafeEqual" in code
    if node is None:
        return
    headers = signed(secret)
    asked = [[secret, BODY], [secret, BODY + " "], ["another secret", BODY]]
    calls = f"{json.dumps(asked)}.map(([secret, body]) => isOurs(secret, {json.dumps(headers)}, Buffer.from(body)))"
    run = subprocess.run([node, "-e", f"{code}\nconsole.log(JSON.stringify({calls}))"], capture_output=True, text=True)
    assert json.loads(run.stdout) == [True, False, False], run.stderr


def test_the_example_of_a_template_renders(member, at):
    from reactions.context import context_of_profile
    from reactions.templating import render

    template = next(block for block in re.findall(r"```\n(\{.*?)```", PAGE, re.DOTALL) if "flattened_tags" in block)
    made = json.loads(render(template, context_of_profile(member, at=at), at=at))
    assert made["to"] == "maria@example.com"
    assert made["since"] == "1st May 2026"
