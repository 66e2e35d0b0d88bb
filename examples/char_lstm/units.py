"""Which units of the trained model follow quotation marks and brackets in a text?

    python units.py [TEXT]

TEXT is text.txt where none is given. For each track it prints the units whose cell state correlates best with it. p is the
chance that the best of all units does as well on the same track shifted in time (circularly, by any amount), so that choosing
the best is paid for.
"""
import json
import sys
from itertools import accumulate
from pathlib import Path

import torch
from safetensors.torch import load_file

from model import CharLSTM

HERE = Path(__file__).parent
SHIFTS, SEED = 400, 7


def main():
    text = Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "text.txt").read_text(encoding="utf-8")
    c = cell_states(text)  # [steps, units]
    tracks = {"inside quotes": inside_quotes(text), "bracket depth": bracket_depth(text)}
    for name, track in tracks.items():
        report(name, c, torch.tensor(track, dtype=torch.float32))


def cell_states(text):
    """The cell state after each character, [steps, units]; nn.LSTM returns only the last, so it goes step by step."""
    vocab = json.loads((HERE / "vocab.json").read_text(encoding="utf-8"))
    model = CharLSTM()
    model.load_state_dict(load_file(HERE / "char_lstm.safetensors"))
    rows, state = [], None
    with torch.no_grad():
        for character in text:
            _, state = model(torch.tensor([[vocab.index(character)]]), state)
            rows.append(state[1].flatten())
    return torch.stack(rows)


def inside_quotes(text):
    """1 from an opening quotation mark up to its closing one, else 0."""
    return running_count(text, "“", "”")


def bracket_depth(text):
    return running_count(text, "([", ")]")


def running_count(text, opening, closing):
    return list(accumulate((character in opening) - (character in closing) for character in text))


def report(name, c, track):
    r = correlation(c, track)
    best = r.abs().argsort(descending=True)[:4]
    generator = torch.Generator().manual_seed(SEED)
    shifts = torch.randint(1, len(track), (SHIFTS,), generator=generator)
    by_chance = torch.stack([correlation(c, track.roll(int(shift))).abs().max() for shift in shifts])
    p = (1 + (by_chance >= r[best[0]].abs()).sum().item()) / (1 + SHIFTS)
    found = ", ".join(f"unit {unit} r = {r[unit]:+.2f}" for unit in best.tolist())
    print(f"{name}: {found}; p = {p:.4f}, by chance up to {by_chance.max():.2f}")


def correlation(c, track):
    """Pearson's r of every unit with the track."""
    a, b = c - c.mean(0), track - track.mean()
    return (a * b[:, None]).sum(0) / (a.norm(dim=0) * b.norm())


if __name__ == "__main__":
    main()
