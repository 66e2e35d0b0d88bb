"""Tomorrow's weather from the weather so far."""
import torch.nn as nn

FEATURES = 4  # the columns of weather_normalised.csv after the date


class WeatherGRU(nn.Module):
    def __init__(self, hidden_size=32, dropout=0.5):
        super().__init__()
        self.gru = nn.GRU(input_size=FEATURES, hidden_size=hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, FEATURES)

    def forward(self, x, h=None):
        """x [batch, days, features] -> forecast for the day after each, same shape, and the state after the last day."""
        y, h = self.gru(x, h)
        return self.head(self.dropout(y)), h
