"""The layer picture of docs/architecture.md as data, and the questions that layers_test.py asks of one file."""

import re

# Which folders a file of a folder may include. An arrow of the picture opens everything below its end.
BASE = {"base"}
GRAPH = {"graph"} | BASE
WORKFLOWS = {"workflows"} | GRAPH
INFERENCE = {"inference"} | BASE
MEDIA = {"media"} | BASE
NODES = {"nodes"} | WORKFLOWS | INFERENCE | MEDIA
WEB_API = {"web-api"} | WORKFLOWS
SERVER = {"server"} | WEB_API | NODES
REACH = {
    "base": BASE,
    "graph": GRAPH,
    "workflows": WORKFLOWS,
    "inference": INFERENCE,
    "media": MEDIA,
    "nodes": NODES,
    "web-api": WEB_API,
    "server": SERVER,
}

TORCH = re.compile(r"(torch|ATen|c10|caffe2)/")
SOCKETS = re.compile(r"boost/(asio|beast)|openssl/ssl|sys/socket\.h|netinet/")
# What the last column of the architecture's table forbids, beyond our own folders.
NEVER_SEES = {
    "base": (TORCH, SOCKETS),
    "graph": (TORCH, SOCKETS),
    "workflows": (TORCH, SOCKETS),
    "inference": (SOCKETS,),
    "media": (SOCKETS,),
    "nodes": (SOCKETS,),
    "web-api": (TORCH, SOCKETS),
    "server": (),
}

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of(path):
    """The layer whose rules hold for a file: its top folder, or for tests/<layer>/... that layer; None for others."""
    parts = path.split("/")
    if parts[0] == "tests" and len(parts) > 2:
        parts = parts[2:] if parts[1] == "support" else parts[1:]
    return parts[0] if parts[0] in REACH and len(parts) > 1 else None


def root_of(path):
    """Where the includes of a file start: the root of the tree, or of the plugin that it belongs to."""
    plugin = re.match(r"tests/plugins/[^/]+/", path)
    return plugin[0] if plugin else ""


def include_problems(path, text, exists):
    """What is wrong with the includes of a file; `exists` says whether a path from the root is a file."""
    layer = layer_of(path)
    root = root_of(path)
    problems = []
    for bracket, target in INCLUDE.findall(text):
        top = target.split("/")[0]
        if bracket == '"':
            if not exists(target) and not exists(root + target):
                problems.append(f'{path} includes "{target}", which is no path from the root')
            elif layer and top in REACH and top not in REACH[layer]:
                problems.append(f'{path} includes "{target}", but {layer} may not know {top}')
        elif top in REACH and exists(target):
            problems.append(f"{path} includes <{target}>: our own headers take quotes")
        if layer and any(pattern.match(target) for pattern in NEVER_SEES[layer]):
            problems.append(f"{path} includes {target}, which {layer} never sees")
    return problems


def name_problems(path):
    """Folders and files whose name says nothing about what is inside."""
    names = [part.rsplit(".", 1)[0] for part in path.split("/")]
    return [f"{path}: the name {name} says nothing" for name in names if name.lower() in SAYS_NOTHING]


def header_problems(path, text):
    """A header opens with a comment on what it is for, and guards itself with #pragma once."""
    problems = []
    if not text.startswith("//"):
        problems.append(f"{path} does not open with a comment on what it is and why")
    if "#pragma once" not in text:
        problems.append(f"{path} has no #pragma once")
    return problems
