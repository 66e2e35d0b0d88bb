"""The same character model around three recurrent layers: a plain RNN, a GRU and an LSTM of nearly the same number of parameters."""
import torch.nn as nn

VOCAB = 63
EMBED = 24


class CharRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, EMBED)
        self.rnn = nn.RNN(24, 139, batch_first=True)  # 139 * (24 + 139 + 1) = 22,796 parameters
        self.head = nn.Linear(139, VOCAB)

    def forward(self, ids, state=None):
        h, state = self.rnn(self.embed(ids), state)
        return self.head(h), state


class CharGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, EMBED)
        self.gru = nn.GRU(24, 75, batch_first=True)  # 3 * 75 * (24 + 75 + 1) + 75 = 22,575, with the candidate's second bias
        self.head = nn.Linear(75, VOCAB)

    def forward(self, ids, state=None):
        h, state = self.gru(self.embed(ids), state)
        return self.head(h), state


class CharLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, EMBED)
        self.lstm = nn.LSTM(24, 64, batch_first=True)  # 4 * 64 * (24 + 64 + 1) = 22,784
        self.head = nn.Linear(64, VOCAB)

    def forward(self, ids, state=None):
        h, state = self.lstm(self.embed(ids), state)
        return self.head(h), state
