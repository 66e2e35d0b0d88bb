"""Scales seattle-weather.csv into weather_normalised.csv, which is exactly what the GRU reads.

    python prepare.py

Precipitation becomes log(1 + mm), as most days are dry and a few very wet; then every column loses its mean and is divided
by its standard deviation, both taken from the training years only.
"""
import csv
import math
from pathlib import Path
from statistics import fmean, pstdev

HERE = Path(__file__).parent
COLUMNS = ["precipitation", "temp_max", "temp_min", "wind"]
TEST_YEAR = "2015"


def main():
    with open(HERE / "seattle-weather.csv", newline="") as file:
        days = list(csv.DictReader(file))
    with open(HERE / "weather_normalised.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", *COLUMNS])
        writer.writerows(zip((day["date"] for day in days), *(normalised(days, column) for column in COLUMNS)))


def normalised(days, column):
    mean, deviation = scale(days, column)
    return [f"{(measure(day, column) - mean) / deviation:.4f}" for day in days]


def scale(days, column):
    """Mean and standard deviation over the training years."""
    training = [measure(day, column) for day in days if day["date"] < TEST_YEAR]
    return fmean(training), pstdev(training)


def measure(day, column):
    value = float(day[column])
    return math.log1p(value) if column == "precipitation" else value


if __name__ == "__main__":
    main()
