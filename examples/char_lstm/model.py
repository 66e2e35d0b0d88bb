"""A character language model: which character comes next?"""
import torch.nn as nn

VOCAB = 63
EMBED = 24
HIDDEN = 64


class CharLSTM(nn.Module):
    def __init__(self, vocab=VOCAB, embed=EMBED, hidden=HIDDEN):
        super().__init__()
        self.embed = nn.Embedding(vocab, embed)
        self.lstm = nn.LSTM(embed, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab)

    def forward(self, ids, state=None):
        """ids [batch, steps] -> logits [batch, steps, vocab] and the state after the last step."""
        h, state = self.lstm(self.embed(ids), state)
        return self.head(h), state
