"""Writes a harbour notebook: text in which quotation marks and nested brackets stay open for a long while.

    python make_text.py 9000 --seed 2
"""
import argparse
import random
import re

from grammar import GRAMMAR

# The chance of a remark where 0, 1 or 2 brackets are already open; deeper there are none. Round and square take turns.
CHANCES = (0.3, 0.4, 0.4)
SHAPES = ("({remarks})", "[{remarks}]", "({remarks})")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def notebook(characters, seed):
    """At least `characters` characters of notebook entries; the same seed gives the same text."""
    rng = random.Random(seed)
    entries, size = [], 0
    while size < characters:
        entries.append(entry(rng))
        size += len(entries[-1])
    return "".join(entries)


def entry(rng):
    """Some paragraphs and an empty line."""
    return "".join(paragraph(rng) for _ in range(rng.randint(2, 4))) + "\n"


def paragraph(rng):
    return " ".join(expand("{sentence}", rng) for _ in range(rng.randint(1, 3))) + "\n"


def expand(template, rng, depth=0):
    """Fills the placeholders of a template that stands inside `depth` brackets."""
    written, end = "", 0
    for match in PLACEHOLDER.finditer(template):
        written += template[end:match.start()]
        written += fill(match[1], rng, depth + bracket_depth(written))
        end = match.end()
    return written + template[end:]


def fill(name, rng, depth):
    if name in ("remark", "nested"):
        is_open = depth < len(CHANCES) and rng.random() < CHANCES[depth]
        return " " + expand(SHAPES[depth], rng, depth) if is_open else ""
    phrase = expand(rng.choice(GRAMMAR[name.lower()]), rng, depth)
    return phrase[:1].upper() + phrase[1:] if name[0].isupper() else phrase


def bracket_depth(text):
    return sum((character in "([") - (character in ")]") for character in text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("characters", type=int)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    print(notebook(options.characters, options.seed), end="")
