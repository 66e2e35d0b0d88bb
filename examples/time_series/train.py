"""Trains the weather GRU on weather_normalised.csv (see prepare.py) and writes weather_gru.safetensors.

    python train.py

How long to train is chosen on 2014 after learning from 2012 and 2013; then a new model learns that long from all three
years and forecasts 2015, which nothing was chosen on. Seeded, on one thread; under a minute.
"""
import csv
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from model import WeatherGRU
from prepare import COLUMNS, scale

HERE = Path(__file__).parent
SEED = 7
BATCH, WINDOW, MAX_STEPS = 16, 120, 400
WARM_UP = 7  # days at the start of a window that are not scored: the state starts at zero there
LEARNING_RATE, CLIP = 3e-3, 1.0
LINEAR_DAYS = 3


def main():
    torch.set_num_threads(1)
    days, years = read()
    steps = chosen_steps(days, years)
    model = train(days[years < 2015], steps)
    errors = {
        "persistence": score(days[:-1], days, years),
        f"linear, last {LINEAR_DAYS} days": score(linear(days, years), days, years),
        "GRU": score(forecast(model, days), days, years),
    }
    report(errors)
    save(model, steps, errors)


def read():
    """Scaled days [days, features] and the year of each."""
    with open(HERE / "weather_normalised.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    days = torch.tensor([[float(row[column]) for column in COLUMNS] for row in rows])
    return days, torch.tensor([int(row["date"][:4]) for row in rows])


def chosen_steps(days, years):
    """The number of updates, in twenties, after which the error on 2014 is least."""
    errors = {}

    def note(step, model):
        if step % 20 == 0:
            errors[step] = score(forecast(model, days), days, years, year=2014).mean().item()

    train(days[years < 2014], MAX_STEPS, note)
    return min(errors, key=errors.get)


def train(days, steps, after_step=lambda step, model: None):
    torch.manual_seed(SEED)
    model = WeatherGRU()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    for step in range(1, steps + 1):
        model.train()
        starts = torch.randint(0, len(days) - WINDOW, (BATCH,))
        windows = torch.stack([days[start:start + WINDOW + 1] for start in starts])
        y, _ = model(windows[:, :-1])
        loss = F.mse_loss(y[:, WARM_UP:], windows[:, 1 + WARM_UP:])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        after_step(step, model)
    return model.eval()


def forecast(model, days):
    """Row k is the forecast for day k + 1, made in one pass from the first day on."""
    model.eval()
    with torch.no_grad():
        return model(days[None, :-1])[0][0]


def linear(days, years):
    """The same forecast by least squares on the last few days and a constant, from the training years."""
    # Row k holds days k - LINEAR_DAYS + 1 up to k; the first rows repeat day 0.
    padded = torch.cat([days[:1].repeat(LINEAR_DAYS - 1, 1), days[:-1]])
    history = torch.stack([padded[k:k + LINEAR_DAYS].flatten() for k in range(len(days) - 1)])
    history = torch.cat([history, torch.ones(len(history), 1)], 1)
    training = years[1:] < 2015
    return history @ torch.linalg.lstsq(history[training], days[1:][training]).solution


def score(forecasts, days, years, year=2015):
    """Mean squared error of each feature over one year, in scaled units."""
    return (forecasts - days[1:])[years[1:] == year].square().mean(0)


def report(errors):
    """Root mean squared errors in the units of seattle-weather.csv; precipitation in log(1 + mm). Persistence: as today."""
    with open(HERE / "seattle-weather.csv", newline="") as file:
        raw = list(csv.DictReader(file))
    deviations = torch.tensor([scale(raw, column)[1] for column in COLUMNS])
    print(f"{'RMSE in 2015':20}", *(f"{column:>14}" for column in COLUMNS), f"{'scaled MSE':>14}")
    for name, error in errors.items():
        print(f"{name:20}", *(f"{value:14.3f}" for value in error.sqrt() * deviations), f"{error.mean():14.3f}")


def save(model, steps, errors):
    metadata = {
        "model": "WeatherGRU",
        "trained_on": "2012-2014",
        "seed": str(SEED),
        "steps": str(steps),
        "held_out_year": "2015",
        "held_out_mse": f"{errors['GRU'].mean():.4f}",
        "held_out_mse_of_persistence": f"{errors['persistence'].mean():.4f}",
        "torch": torch.__version__,
    }
    save_file(model.state_dict(), HERE / "weather_gru.safetensors", metadata)


if __name__ == "__main__":
    main()
