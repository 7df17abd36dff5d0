"""Records what Python makes of regular expressions, formats, letter case and expressions: data/texts.json.

    python record_texts.py      (with simpleeval installed, Python 3.11)
"""
import json
import math
import os
import re
import string

import simpleeval

TEXT = ("The quick Brown fox, ß ﬁ ΑΣ ὈΔΥΣΣΕΎΣ İstanbul ǆ 123\n"
        "second line: key=value; 2024-05-06\n\nlast_line x=12.5 y=-3")
PATTERNS = [r"\w+", r"(\w+)=(\S+)", r"^\w+", r"\d{4}-(?P<m>\d\d)-(\d\d)", r"(?i:THE)\s(\w+)", r"a*", r"(a)|b",
            r"[[:alpha:]]+", r"\bk\w*\Z", r"x{,2}=", r"(?<=key=)\w+", r"[^\s\W]+$", r"\u0041.", r"(", r"\h+",
            r"(?<n>a)", r".*?\n", r"[a-z&&[x]]", r"(x)?y", r"\x41", r"\101", r"[\]a-c]+", r"(?P<q>o).*(?P=q)",
            r"(?s:.+)", r"(?x) k e y", r"\s+", r"\S+$", r"(?#c)fox", r"fo{1,}x", r"a**", r"{1}", r"{a}"]
SUBSTITUTIONS = [(TEXT, r"(\w+) (\w+)", r"\2 \1", 0), (TEXT, r"a*", "-", 0), ("abxd", "x*", "-", 0),
                 (TEXT, r"(?P<w>fox)", r"<\g<w>|\g<1>|\g<0>>", 0), (TEXT, "o", "0", 2), ("ab", "(a)|b", r"[\1]", 0),
                 ("aqb", "q", r"\n\t\\", 0), ("a", "a", r"\q", 0), ("a", "a", r"\1", 0)]
FORMATS = ["{a}|{b}|{c}|{d}|{e}|{f}", "{a:,}|{a:_}|{a:x}|{a:#b}|{a:012d}|{a:+}|{a:>12}|{a:^12}|{a:*<12}",
           "{b:.2f}|{b:e}|{b:G}|{b:%}|{b:10.3f}|{b:<10.1f}|{b:+.0f}|{b:.3}|{b:08.2f}|{b:,.1f}",
           "{c:>10}|{c:.3}|{c!r}|{c!a}|{c:*^9}|{c[1]}", "{d}|{d:5}|{d:d}|{e:05}|{e: d}|{e:x}|{e:,}",
           "{f}|{f:.3g}|{f:g}|{f:.2}|{f:,}|{f:.17g}|{f:#.3g}", "{{{a}}} {c:{d}>8}", "{a:{e}}", "{z}", "{}", "{0}",
           "{a", "a}", "{a:q}", "{c:d}", "{a.real}|{b.imag}", "{c[9]}", "{a!x}", "{a:.2f}|{a:e}|{a:%}",
           "{b:.5}|{b:5}|{f:.25}", "{a:c}", "{e:=8}|{e:0=8}|{e:08,}", "{a:020,}|{b:015,.2f}"]
VALUES = {"a": 1234567, "b": 3.14159265, "c": "héllo", "d": True, "e": -42, "f": 1e20}
NAMES = {"a": 7, "b": 2.5, "c": True}
EXPRESSIONS = [
    "a + b", "a // 2", "a / 2", "-a // 2", "-a % 3", "a ** -1", "2 ** 100 % 97", "a if b > 2 else 0", "1 < a < 9",
    "min(a, b)", "max(values)", "sum(values[1:])", "values[-1]", "round(b)", "round(2.675, 2)", "round(12345, -2)",
    "abs(-a)", "pow(a, 3)", "sqrt(a)", "sqrt(-1)", "ceil(b)", "floor(-b)", "log(a, 2)", "int(b)", "a & 3", "a ^ 2", "~a",
    "a << 3", "-9 >> 1", "1 / 0", "a % 0", "x + 1", "foo(1)", "a +", "1.5e3", "0x1f + 0b11 + 0o7", "1_000",
    '"a" < "b"', 'int("12") + 1', "a != 7 or c", "(1, 2)", "[1]", "a = 5", "a; b", "9999999 ** 2", "pow(2, 5000)",
    "-2 ** 2", "2 ** 3 ** 2", "-7 // 2.5", "-7 % 2.5", "7.5 % -2", "not not a", "a in values", "a.real", "b.foo",
    '3 in "123"', "lambda: 1", "round(0.5)", "round(-2.5)", "int(-2.7)", "1 - 1 or 5", "0.1 + 0.2", "100 * 1.1",
    "max(1, 2.0)", "5 // 0.0", "1 << -1", "012", "a b", "(a", "sum(1, 2, 3)", "max()", "floor(2**70 / 3)",
    "(2**70) // 3 % 1000003", "1/3", "2**70 / 2**69", "1e308 * 10"]


def limited_pow(base, exponent):
    if abs(exponent) > 4000:
        raise ValueError(f"Exponent {exponent} exceeds maximum allowed (4000)")
    return pow(base, exponent)


FUNCTIONS = {"sum": lambda *v: sum(v[0]) if len(v) == 1 and hasattr(v[0], "__iter__") else sum(v), "min": min,
             "max": max, "abs": abs, "round": round, "pow": limited_pow, "sqrt": math.sqrt, "ceil": math.ceil,
             "floor": math.floor, "log": math.log, "log2": math.log2, "log10": math.log10, "sin": math.sin,
             "cos": math.cos, "tan": math.tan, "int": int, "float": float}


def type_name(error):
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def outcome(function):
    """{"result": ...} or the type of what was raised."""
    try:
        return {"result": function()}
    except Exception as error:
        return {"error": type_name(error)}


def found(pattern, text, flags):
    return [[match.start(), [match[i] for i in range(len(match.groups()) + 1)]]
            for match in re.finditer(pattern, text, flags)]


def in_bytes(text, matches):
    return [[len(text[:start].encode()), groups] for start, groups in matches]


def main():
    names = dict(NAMES, values=list(NAMES.values()))
    recorded = {
        "text": TEXT,
        "patterns": [{"pattern": p, "flags": flags, **outcome(
            lambda: in_bytes(TEXT, found(p, TEXT, sum((re.I, re.M, re.S)[i] for i in range(3) if flags[i]))))}
            for p in PATTERNS for flags in ([True, False, False], [False, True, True])],
        "substitutions": [{"text": t, "pattern": p, "replacement": r, "count": n,
                           **outcome(lambda: re.sub(p, r, t, count=n))} for t, p, r, n in SUBSTITUTIONS],
        "formats": [{"format": f, **outcome(lambda: f.format(**VALUES))} for f in FORMATS],
        "values": VALUES,
        "cases": [{"text": t, "upper": t.upper(), "lower": t.lower(), "capitalize": t.capitalize(), "title": t.title()}
                  for t in (TEXT, "don't o'neil's ΟΔΟΣ.", string.ascii_letters)],
        "names": NAMES,
        "expressions": [{"expression": e, **outcome(
            lambda: repr(simpleeval.simple_eval(e, names=names, functions=FUNCTIONS)))} for e in EXPRESSIONS],
    }
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "data", "texts.json"), "w", encoding="utf-8") as file:
        json.dump(recorded, file, ensure_ascii=False, indent=0)


main()
