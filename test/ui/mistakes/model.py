import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, words=5000, size=64, hidden=128, tags=9):
        super().__init__()
        self.embedding = nn.Embedding(words, size)
        self.lstm = nn.LSTM(size, hidden, dropout=0.3, bidirectional=True, batch_first=True)
        self.top = nn.Linear(2 * hidden, tags)

    def forward(self, tokens):
        output, (h, c) = self.lstm(self.embedding(tokens))
        return self.top(output[:, -1])
