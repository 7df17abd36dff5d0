#!/usr/bin/env python3
"""Records how a reference server answers faulty prompts: validation.json = [{name, prompt, reply}, ...].

    python3 record_validation.py http://127.0.0.1:8188

Tracebacks are emptied: they quote the reference's own source. Lists whose order the reference does not define are sorted.
"""
import json
import pathlib
import sys
import urllib.error
import urllib.request

EMPTY = {"class_type": "EmptyImage", "inputs": {"width": 16, "height": 16, "batch_size": 1, "color": 0}}
SHOW = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}


def picture(**inputs):
    """An image and a preview; None takes an input away."""
    changed = {**EMPTY["inputs"], **inputs}
    kept = {name: value for name, value in changed.items() if value is not None}
    return {"1": {"class_type": "EmptyImage", "inputs": kept}, "2": SHOW}


def shown(node_inputs, class_type="ImageInvert"):
    return {"1": EMPTY, "3": {"class_type": class_type, "inputs": node_inputs},
            "2": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}}}


def scaled(**inputs):
    return shown({"image": ["1", 0], "upscale_method": "bilinear", "width": 8, "height": 8, "crop": "disabled", **inputs},
                 "ImageScale")


CASES = {
    "empty": {},
    "no output": {"1": EMPTY},
    "unknown class": {**picture(), "9": {"class_type": "NoSuchNode", "inputs": {}}},
    "unknown class with a title": {**picture(), "9": {"class_type": "NoSuchNode", "inputs": {}, "_meta": {"title": "Pretty"}}},
    "no class": {**picture(), "9": {"inputs": {}}},
    "no class but a title": {**picture(), "9": {"inputs": {}, "_meta": {"title": "Lost"}}},
    "missing input": picture(width=None),
    "missing input of the output": {"1": EMPTY, "2": {"class_type": "PreviewImage", "inputs": {}}},
    "too small": picture(width=0),
    "too big": picture(batch_size=4097),
    "text for a number": picture(width="wide"),
    "fraction in text": picture(width="5.5"),
    "nothing for a number": {"1": {"class_type": "EmptyImage", "inputs": {**EMPTY["inputs"], "width": None}}, "2": SHOW},
    "object for a number": picture(width={"a": [1, 2.0, None, True, "it's"]}),
    "wrapped list for a number": picture(width={"__value__": [1, 2]}),
    "text for a float": {"1": {"class_type": "SolidMask", "inputs": {"value": "half", "width": 8, "height": 8}},
                         "3": {"class_type": "MaskToImage", "inputs": {"mask": ["1", 0]}},
                         "2": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}}},
    "float out of range": {"1": {"class_type": "SolidMask", "inputs": {"value": 1e-7 - 1, "width": 8, "height": 8}},
                           "3": {"class_type": "MaskToImage", "inputs": {"mask": ["1", 0]}},
                           "2": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}}},
    "not in list": scaled(upscale_method="telepathy"),
    "quoted not in list": scaled(crop="it's\n\u00e9"),
    "number not in list": scaled(crop=7),
    "link into an old list": {**scaled(), "5": {"class_type": "PrimitiveInt", "inputs": {"value": 1}},
                              "3": {**scaled()["3"], "inputs": {**scaled()["3"]["inputs"], "crop": ["5", 0]}}},
    "empty link": shown({"image": []}),
    "long link": shown({"image": ["1", 0, 0]}),
    "type mismatch": {"1": {"class_type": "SolidMask", "inputs": {"value": 0.5, "width": 8, "height": 8}}, "2": SHOW},
    "missing source": shown({"image": ["404", 0]}),
    "missing source of the output": {"2": {"class_type": "PreviewImage", "inputs": {"images": ["404", 0]}}},
    "number as a source": shown({"image": [1, 0]}),
    "text as a slot": shown({"image": ["1", "0"]}),
    "no such slot": shown({"image": ["1", 5]}),
    "cycle": {"1": {"class_type": "ImageInvert", "inputs": {"image": ["3", 0]}},
              "3": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}}, "2": SHOW},
    "cycle of one": {"1": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}}, "2": SHOW},
    "no inputs": {"1": {"class_type": "EmptyImage"}, "2": SHOW},
    "modern node": {"1": {"class_type": "StringConcatenate", "inputs": {"string_a": "a", "string_b": 5}},
                    "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}}},
    "two outputs, one fault": {**picture(width=0), "4": SHOW},
}


def reply(base, prompt):
    request = urllib.request.Request(base + "/prompt", json.dumps({"prompt": prompt}).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            raise SystemExit(f"accepted: {answer.read()}")
    except urllib.error.HTTPError as error:
        return json.load(error)


def tidy(value):
    if isinstance(value, list):
        return [tidy(v) for v in value]
    if not isinstance(value, dict):
        return value
    value = {k: tidy(v) for k, v in value.items()}
    if "traceback" in value:
        value["traceback"] = []
    if "dependent_outputs" in value:
        value["dependent_outputs"].sort()
    return value


base = sys.argv[1]
records = [{"name": name, "prompt": prompt, "reply": tidy(reply(base, prompt))} for name, prompt in CASES.items()]
pathlib.Path(__file__).with_name("validation.json").write_text(json.dumps(records, indent=1) + "\n")
