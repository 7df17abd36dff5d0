#!/usr/bin/env python3
"""Writes known_nodes.json: what a workflow file leaves unsaid about ComfyUI's local nodes, out of a saved /object_info.

    python3 record_known_nodes.py OBJECT_INFO.json

Kept are titles and the names, order, types and defaults of inputs; texts, ranges and lists of files are left out, and
so are nodes that call paid services.
"""
import json
import pathlib
import sys

KEPT = ["default", "control_after_generate", "multi_select", "dynamicPrompts", "forceInput", "socketless", "widgetType",
        "image_upload", "animated_image_upload", "video_upload", "audio_upload"]


def dynamic_option(option):
    return {"key": option["key"], "inputs": sections(option.get("inputs") or {})}


def template(pattern):
    kept = {key: pattern[key] for key in ("prefix", "names", "min", "max", "allowed_types") if key in pattern}
    if "input" in pattern:
        kept["input"] = sections(pattern["input"])
    return kept


def input_record(record):
    kind, options = record[0], record[1] if len(record) > 1 else {}
    kept = {key: options[key] for key in KEPT if options.get(key) not in (None, False, "")}
    # False says something where the name alone would say otherwise.
    kept.update({key: options[key] for key in ("default", "control_after_generate") if options.get(key) is not None})
    choices = kind if isinstance(kind, list) else options.get("options")
    if isinstance(kind, list):
        kind = "COMBO"
    if kind == "COMFY_DYNAMICCOMBO_V3":
        kept["options"] = [dynamic_option(option) for option in choices]
    elif choices and "default" not in kept:
        kept["options"] = choices[:1]
    if "template" in options:
        kept["template"] = template(options["template"])
    return [kind, kept] if kept else [kind]


def sections(inputs):
    return {section: {name: input_record(record) for name, record in inputs[section].items()}
            for section in ("required", "optional") if inputs.get(section)}


def main():
    records = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = []
    for name, record in records.items():
        if record.get("api_node") or "api_nodes" in record["python_module"]:
            continue
        kept = {"display_name": record.get("display_name") or name, "input": sections(record["input"])}
        lines.append(f"{json.dumps(name)}: {json.dumps(kept, separators=(',', ':'), ensure_ascii=False)}")
    path = pathlib.Path(__file__).with_name("known_nodes.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
