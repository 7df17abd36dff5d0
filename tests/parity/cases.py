"""What recording and comparing the cases of this folder have in common."""

import fnmatch
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
KIT = HERE.parents[2] / "shared" / "parity"


def case_files(globs="*"):
    """The cases of cases/*.json whose name one of the comma separated `globs` matches."""
    cases = [case for file in sorted((HERE / "cases").glob("*.json"))
             for case in json.loads(file.read_text(encoding="utf-8"))]
    return [case for case in cases if any(fnmatch.fnmatch(case["name"], glob) for glob in globs.split(","))]


def forge_models(prompts, folder, script=HERE / "forge_models.py"):
    """Writes the model files that the prompts name; files of an earlier run are kept, forging gives the same bytes."""
    forge = [sys.executable, "-B", str(script)]
    listed = subprocess.run([*forge, "--list"], check=True, capture_output=True, text=True).stdout
    text = json.dumps(prompts)
    files = [line.split()[0] for line in listed.splitlines() if line.strip()]
    # An embedding is named without its extension.
    named = [file for file in files if pathlib.Path(file).name in text
             or (file.startswith("embeddings/") and pathlib.Path(file).stem in text)
             # Encoder and decoder of a preview autoencoder go by one name, "taesd".
             or (file.startswith("vae_approx/") and f'"{pathlib.Path(file).stem.split("_")[0]}"' in text)]
    only = "^(" + "|".join(map(re.escape, named)) + ")$"
    subprocess.run([*forge, str(folder), "--only", only], check=True, stdout=subprocess.DEVNULL)


def gather_inputs(folder):
    """A folder with the files that cases load: the kit's and those of inputs/."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in [*(KIT / "inputs").iterdir(), *(HERE / "inputs").iterdir()]:
        link = folder / file.name
        if not link.is_symlink():
            link.symlink_to(file)
    return folder
