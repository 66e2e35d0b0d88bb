"""Trains a plain RNN, a GRU and an LSTM alike; writes rnn.safetensors, gru.safetensors and lstm.safetensors, text.txt and vocab.json.

    python train.py [--seed 1] [--out .] [--only rnn]

Alike: the number of parameters of the recurrent layer (nearest to the LSTM's), the rule of initialisation (PyTorch's own, uniform
up to 1/sqrt(units), biases too, nothing added to a forget gate), the optimiser and its schedule, the number of updates, and the text
in the same order. Nothing was tuned for one of the three. Seeded, and on one thread.
"""
import argparse
import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from model import VOCAB, CharGRU, CharLSTM, CharRNN

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "char_lstm"))
from make_text import notebook  # noqa: E402  the same grammar as char_lstm's

MODELS = {"rnn": CharRNN, "gru": CharGRU, "lstm": CharLSTM}
TRAIN_CHARACTERS, TRAIN_SEED = 400_000, 1
HELD_OUT_CHARACTERS, HELD_OUT_SEED = 9_000, 2
BATCH, WINDOW, STEPS = 32, 160, 3_000
LEARNING_RATE, CLIP = 3e-3, 1.0


def main():
    options = arguments()
    torch.set_num_threads(1)
    text, held_out = notebook(TRAIN_CHARACTERS, TRAIN_SEED), notebook(HELD_OUT_CHARACTERS, HELD_OUT_SEED)
    vocab = sorted(set(text))
    assert len(vocab) == VOCAB, f"model.py says VOCAB = {VOCAB}, the text has {len(vocab)} characters"
    ids, held_out_ids = encode(text, vocab), encode(held_out, vocab)
    for name in options.only or MODELS:
        torch.manual_seed(options.seed)
        model = MODELS[name]()
        train(name, model, ids)
        save(options.out / f"{name}.safetensors", name, model, options.seed, bits(model, held_out_ids))
    (options.out / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n", encoding="utf-8")
    (options.out / "text.txt").write_text(held_out, encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--only", nargs="*", choices=MODELS)
    return parser.parse_args()


def encode(text, vocab):
    index = {character: i for i, character in enumerate(vocab)}
    return torch.tensor([index[character] for character in text])


def train(name, model, ids):
    """Truncated backpropagation: gradients stop at the edge of a window, the state is carried over it."""
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    batches, state = windows(ids), None
    for step in range(1, STEPS + 1):
        x, y, anew = next(batches)
        logits, state = model(x, None if anew else state)
        state = detached(state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        schedule.step()
        if step % 500 == 0:
            print(f"{name}, step {step}: {loss.item() / math.log(2):.3f} bits/char", flush=True)


def detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def windows(ids):
    """Without end: x and y, both [batch, window], and whether the text starts anew, so that the state must too."""
    length = len(ids) // BATCH
    streams = ids[:BATCH * length].view(BATCH, length)
    while True:
        for start in range(0, length - WINDOW, WINDOW):
            yield streams[:, start:start + WINDOW], streams[:, start + 1:start + WINDOW + 1], start == 0


def bits(model, ids):
    """Bits per character over a whole text, read once from a zero state."""
    with torch.no_grad():
        logits, _ = model(ids[None, :-1])
    return F.cross_entropy(logits[0], ids[1:]).item() / math.log(2)


def save(path, name, model, seed, held_out_bits):
    metadata = {
        "model": type(model).__name__,
        "seed": str(seed),
        "steps": str(STEPS),
        "batch": f"{BATCH} windows of {WINDOW} characters",
        "optimiser": f"Adam, learning rate {LEARNING_RATE}, cosine to 0, gradient norm clipped at {CLIP:g}",
        "initialisation": "PyTorch's own, uniform up to 1/sqrt(units)",
        "training_characters": str(TRAIN_CHARACTERS),
        "held_out_bits_per_character": f"{held_out_bits:.4f}",
        "torch": torch.__version__,
    }
    save_file(model.state_dict(), path, metadata)
    print(f"{name}, seed {seed}: held out {held_out_bits:.4f} bits/char", flush=True)


if __name__ == "__main__":
    main()
