"""Reads every file of the tree against docs/architecture.md and docs/style.md."""

import pathlib
import subprocess
import unittest

import layers

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENERATED = {".git", ".deps", "build"}
SOURCES = {".cpp", ".hpp", ".c", ".h"}
TEXTS = SOURCES | {".py", ".sh", ".cmake"}
LONGEST_FILE = 600


def project_files():
    """Paths from the root of everything that is or could be committed."""
    git = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True,
                         text=True)
    if git.returncode == 0:
        paths = git.stdout.splitlines()
    else:
        paths = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    return sorted(path for path in paths if path.split("/")[0] not in GENERATED and (ROOT / path).is_file())


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


FILES = project_files()
SOURCE_FILES = [path for path in FILES if pathlib.Path(path).suffix in SOURCES]


class Tree(unittest.TestCase):
    def assert_none(self, problems):
        self.assertEqual(problems, [], "\n" + "\n".join(problems))

    def test_includes_follow_the_layer_picture(self):
        known = set(FILES)
        self.assertGreater(len(SOURCE_FILES), 0, "no sources found")
        self.assert_none([problem for path in SOURCE_FILES
                          for problem in layers.include_problems(path, read(path), known.__contains__)])

    def test_no_file_is_longer_than_600_lines(self):
        lengths = [(len(read(path).splitlines()), path) for path in FILES if pathlib.Path(path).suffix in TEXTS]
        self.assert_none([f"{path} has {count} lines" for count, path in lengths if count > LONGEST_FILE])

    def test_names_say_what_is_inside(self):
        self.assert_none([problem for path in FILES for problem in layers.name_problems(path)])

    def test_headers_introduce_and_guard_themselves(self):
        self.assert_none([problem for path in SOURCE_FILES if path.endswith(".hpp")
                          for problem in layers.header_problems(path, read(path))])


class Rules(unittest.TestCase):
    """The rules find what they are there to find."""

    def problems(self, path, line):
        return layers.include_problems(path, line + "\n", lambda target: not target.startswith("absent"))

    def test_a_lower_layer_may_not_know_a_higher_one(self):
        self.assertEqual(self.problems("graph/executor.cpp", '#include "base/error.hpp"'), [])
        self.assertEqual(len(self.problems("graph/executor.cpp", '#include "web-api/http.hpp"')), 1)
        self.assertEqual(len(self.problems("inference/vae/kl.cpp", '  #  include "graph/value.hpp"')), 1)

    def test_tests_obey_the_rules_of_their_layer(self):
        self.assertEqual(len(self.problems("tests/graph/executor_test.cpp", '#include "nodes/types.hpp"')), 1)
        self.assertEqual(self.problems("tests/nodes/image_test.cpp", '#include "nodes/types.hpp"'), [])
        self.assertEqual(self.problems("tests/nodes/image_test.cpp", '#include "tests/support/nodes/tiny.hpp"'), [])

    def test_torch_and_sockets_stay_out_of_the_graph(self):
        self.assertEqual(len(self.problems("graph/value.hpp", "#include <ATen/Tensor.h>")), 1)
        self.assertEqual(len(self.problems("graph/value.hpp", "#include <boost/asio.hpp>")), 1)
        self.assertEqual(self.problems("inference/tensor.hpp", "#include <ATen/ATen.h>"), [])

    def test_includes_are_written_from_the_root(self):
        self.assertEqual(len(self.problems("graph/value.hpp", '#include "absent.hpp"')), 1)
        self.assertEqual(len(self.problems("graph/value.hpp", "#include <base/error.hpp>")), 1)

    def test_names_that_say_nothing_are_found_anywhere_in_a_path(self):
        self.assertEqual(len(layers.name_problems("graph/utils/order.cpp")), 1)
        self.assertEqual(len(layers.name_problems("graph/helpers.hpp")), 1)
        self.assertEqual(layers.name_problems("graph/uncommon.hpp"), [])


if __name__ == "__main__":
    unittest.main()
