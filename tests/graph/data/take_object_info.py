#!/usr/bin/env python3
"""Takes the records that tests/support/graph/pictures.cpp mirrors out of a saved /object_info answer.

    python3 take_object_info.py OBJECT_INFO.json
"""
import json
import pathlib
import sys

NODES = ["EmptyImage", "ImageInvert", "ImageScale", "SolidMask", "MaskToImage", "PreviewImage", "StringConcatenate",
         "PrimitiveInt", "PreviewAny"]
records = json.loads(pathlib.Path(sys.argv[1]).read_text())
pathlib.Path(__file__).with_name("object_info.json").write_text(json.dumps({n: records[n] for n in NODES}, indent=1) + "\n")
