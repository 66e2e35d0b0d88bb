"""Exports the trained weather GRU as weather_gru.onnx.

    python export.py

Batch and days are left open. The exporter writes a GRU node whose linear_before_reset is 1, as PyTorch's GRU is, with its
gates in ONNX's order z, r, h.
"""
import inspect
import sys
from pathlib import Path

import onnx
import torch
from safetensors.torch import load_file

HERE = Path(__file__).parent
SERIES = HERE.parent / "time_series"
sys.path.insert(0, str(SERIES))
from model import FEATURES, WeatherGRU  # noqa: E402 - its folder is known only now

OPSET = 17
DAYS = {0: "batch", 1: "days"}  # axes of any length
# Newer versions of PyTorch trace with dynamo unless told not to; only the older exporter keeps the GRU as one node.
CLASSIC = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}


def main():
    model = WeatherGRU()
    model.load_state_dict(load_file(SERIES / "weather_gru.safetensors"))
    hidden = torch.zeros(1, 1, model.gru.hidden_size)
    torch.onnx.export(
        model.eval(), (torch.zeros(1, 10, FEATURES), hidden), HERE / "weather_gru.onnx", opset_version=OPSET,
        input_names=["weather", "h"], output_names=["forecast", "h_next"],
        dynamic_axes={"weather": DAYS, "forecast": DAYS, "h": {1: "batch"}, "h_next": {1: "batch"}}, **CLASSIC,
    )
    onnx.checker.check_model(onnx.load(HERE / "weather_gru.onnx"), full_check=True)


if __name__ == "__main__":
    main()
