"""ComfyUI node pack: lets ComfyUI read the small files of this folder's cases, where it takes sizes from constants.

One module for each family; each replaces constants by the sizes in the file that is being loaded and leaves files of
real size alone. The kit's pack is loaded first: it rewrites functions that these modules wrap.
"""

import importlib
import importlib.util
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
KIT = HERE.parents[3] / "shared" / "parity" / "comfyui_tiny_models" / "__init__.py"

spec = importlib.util.spec_from_file_location("comfyui_tiny_models", KIT)
kit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kit)
NODE_CLASS_MAPPINGS, NODE_DISPLAY_NAME_MAPPINGS = kit.NODE_CLASS_MAPPINGS, kit.NODE_DISPLAY_NAME_MAPPINGS

for path in sorted(HERE.glob("*.py")):
    if path.stem != "__init__":
        importlib.import_module("." + path.stem, __name__)
