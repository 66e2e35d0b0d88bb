from torch import nn

# Wide and long: what the panel's bench scrubs, pans and zooms.
lstm = nn.LSTM(32, 1024)

# What it clamps a gate of.
small = nn.LSTM(32, 128)
