#!/usr/bin/env python3
"""Writes docs/nodes.md: the nodes that are built in, and those of ComfyUI that are not, with the reason.

    scripts/nodes_page.py [--program build/release/bin/easel] [--check]

The first table is what `easel nodes --markdown` prints. The second needs ComfyUI's node records
(../shared/reference/object_info.json). --check compares the page with the program instead, and fails when they differ.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "nodes.md"
RECORDS = ROOT.parent / "shared" / "reference" / "object_info.json"

# Why nodes of a module are not built in; the first expression that matches counts.
REASONS = [
    (r"^comfy_api_nodes\.", None),  # paid services on the network, which a local server does not offer
    (r"nodes_trellis2", "the 3D model behind it is not built in"),
    (r"nodes_mesh_postprocess", "works on meshes in a way that is not built in"),
    (r"nodes_hunyuan", "the text encoder behind it is not built in"),
    (r"nodes_train", "training is not built in"),
    (r"", "not built in yet"),
]


def printed(program, form):
    with tempfile.TemporaryDirectory() as base:
        command = [program, "nodes", form, "--base-directory", base, "--disable-all-custom-nodes"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def missing(built_in):
    """ComfyUI's local nodes that are not built in: {reason: names}."""
    groups = {}
    for name, record in sorted(json.loads(RECORDS.read_text(encoding="utf-8")).items()):
        if name in built_in:
            continue
        reason = next(why for pattern, why in REASONS if re.search(pattern, record["python_module"]))
        if reason:
            groups.setdefault(reason, []).append(name)
    return groups


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/easel")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    table = printed(arguments.program, "--markdown").strip()
    if arguments.check:
        same = table in PAGE.read_text(encoding="utf-8")
        if not same:
            print("docs/nodes.md is not what the program has; run scripts/nodes_page.py", file=sys.stderr)
        return 0 if same else 1
    groups = missing(json.loads(printed(arguments.program, "--json")))
    rows = "\n".join(f"| {reason} | {', '.join(f'`{name}`' for name in names)} |" for reason, names in sorted(groups.items()))
    PAGE.write_text(
        "# Nodes\n\n"
        f"What `easel nodes --markdown` prints: {table.count(chr(10)) - 1} node types. `scripts/nodes_page.py` writes this page.\n\n"
        f"{table}\n\n"
        "## ComfyUI's local nodes that are not built in\n\n"
        f"{sum(map(len, groups.values()))} of ComfyUI 0.33.0, without those that call paid services. A workflow with such a node is\n"
        "refused, and the answer names it.\n\n"
        f"| why | nodes |\n|---|---|\n{rows}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
