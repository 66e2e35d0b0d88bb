"""Trains the character LSTM on a generated notebook; writes char_lstm.safetensors, vocab.json and text.txt beside itself.

    python train.py

Seeded, and on one thread, so that the same machine and the same PyTorch give the same weights. The budget is STEPS updates.
text.txt comes from another seed of the same grammar: it has the training text's phrases in other sentences.
"""
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from make_text import notebook
from model import VOCAB, CharLSTM

HERE = Path(__file__).parent
SEED = 8  # chosen of eight: its unit for quotations was the most legible, see ../README.md
TRAIN_CHARACTERS, TRAIN_SEED = 400_000, 1
HELD_OUT_CHARACTERS, HELD_OUT_SEED = 9_000, 2
BATCH, WINDOW, STEPS = 32, 160, 4_000
LEARNING_RATE, CLIP = 3e-3, 1.0
ACTIVITY = 1.0  # weight of the mean square of h in the loss, see train()


def main():
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    text, held_out = notebook(TRAIN_CHARACTERS, TRAIN_SEED), notebook(HELD_OUT_CHARACTERS, HELD_OUT_SEED)
    vocab = sorted(set(text))
    assert len(vocab) == VOCAB, f"model.py says VOCAB = {VOCAB}, the text has {len(vocab)} characters"
    model, held_out_ids = CharLSTM(), encode(held_out, vocab)
    remember(model.lstm)
    train(model, encode(text, vocab), held_out_ids)
    save(model, bits(model, held_out_ids))
    (HERE / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n", encoding="utf-8")
    (HERE / "text.txt").write_text(held_out, encoding="utf-8")


def encode(text, vocab):
    index = {character: i for i, character in enumerate(vocab)}
    return torch.tensor([index[character] for character in text])


def remember(lstm):
    """Adds 1 to the forget gates' bias (Jozefowicz et al. 2015): a half-life of about two characters to begin with, not one."""
    with torch.no_grad():
        lstm.bias_ih_l0[lstm.hidden_size:2 * lstm.hidden_size] += 1  # PyTorch's blocks are i, f, g, o


def train(model, ids, held_out_ids):
    """Truncated backpropagation: gradients stop at the edge of a window, the state is carried over it.

    Large activations are punished a little (activation regularisation, Merity et al. 2017, arXiv 1708.01009). Without that,
    cell states drift to ±30 and beyond over a long text, and the model learns more slowly.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    batches, state = windows(ids), None
    for step in range(1, STEPS + 1):
        x, y, anew = next(batches)
        h, state = model.lstm(model.embed(x), None if anew else state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(model.head(h).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        (loss + ACTIVITY * h.square().mean()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        schedule.step()
        if step % 500 == 0 or step == STEPS:
            print(f"step {step}: {loss.item() / math.log(2):.3f} bits/char, held out {bits(model, held_out_ids):.3f}", flush=True)


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


def save(model, held_out_bits):
    metadata = {
        "model": "CharLSTM",
        "seed": str(SEED),
        "steps": str(STEPS),
        "training_characters": str(TRAIN_CHARACTERS),
        "held_out_bits_per_character": f"{held_out_bits:.4f}",
        "torch": torch.__version__,
    }
    save_file(model.state_dict(), HERE / "char_lstm.safetensors", metadata)


if __name__ == "__main__":
    main()
