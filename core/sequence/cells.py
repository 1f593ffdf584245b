"""Recurrent layers by name, so that the difference between a vanilla cell and an LSTM can be seen.

"rnn" is Elman's simple recurrent network (1990), "lstm" the long short-term memory of Hochreiter and Schmidhuber
(1997) with forget gates (Gers 2000).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

CELLS = ("lstm", "rnn")


def recurrent(cell: str, inputs: int, hidden: int, *, bidirectional: bool = False) -> nn.LSTM | nn.RNN:
    """One recurrent layer, batch first. Raises ValueError for a cell that is none."""
    if cell == "lstm":
        layer = nn.LSTM(inputs, hidden, batch_first=True, bidirectional=bidirectional)
        for name, bias in layer.named_parameters():
            if name.startswith("bias_ih"):  # forget gates open at first, so that memory is long from the start
                nn.init.ones_(bias.data[hidden : 2 * hidden])
        return layer
    if cell == "rnn":
        return nn.RNN(inputs, hidden, batch_first=True, bidirectional=bidirectional, nonlinearity="tanh")
    raise ValueError(f"no such cell: {cell}; there is {' and '.join(CELLS)}")


class NextContext(nn.Module):
    """Reads vectors float32 [batch, steps, d] and says after each one what comes next, [batch, steps, d].

    It starts from "more of the same", the last vector, and learns what to add and what to leave out: on small libraries
    a network without that start foresees less than the last photo does by itself.
    """

    def __init__(self, cell: str, d: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.layer = recurrent(cell, d, hidden)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, d)
        self.last = nn.Parameter(torch.ones(d))
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.last * x + self.head(self.dropout(self.layer(self.dropout(x))[0]))
        return y


class GapScorer(nn.Module):
    """Reads features of gaps float32 [batch, steps, p] both ways and gives log odds [batch, steps].

    The head begins at zero: an untrained scorer adds nothing to the log odds it starts from.
    """

    def __init__(self, cell: str, p: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.layer = recurrent(cell, p, hidden, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * hidden + p, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        read = self.dropout(self.layer(x)[0])
        y: Tensor = self.head(torch.cat([read, x], dim=2)).squeeze(2)
        return y
