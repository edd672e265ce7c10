"""Pull a quarter of published figures into a data frame: one row for each number, with its margin and why it is hidden.

    python3 pull_quarter.py http://127.0.0.1:8000 2025-Q3 figures.csv

Needs pandas and pyjstat. Figures are open data: no account, no token.
"""

import json
import sys
from urllib.request import urlopen

import pandas as pd
from pyjstat import pyjstat

NUMBER, MARGIN = "value", "margin95"


def pull(address: str, period: str, **wanted: str) -> pd.DataFrame:
    """Return all figures of a period; `wanted` may name a `level`, a `revision` or a `municipality`."""
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    url = f"{address}/api/v1/statistics/releases/{period}/figures/jsonstat?{query}"
    with urlopen(url, timeout=30) as answer:  # noqa: S310 - the address is the one that was given  # noqa: S310 - the address is your own
        collection = json.load(answer)
    return pd.concat([frame_of(item) for item in collection["link"]["item"]], ignore_index=True)


def frame_of(item: dict) -> pd.DataFrame:
    """Return one table: codes in the columns, a row for each number."""
    frame = pyjstat.Dataset.read(json.dumps(item)).write("dataframe", naming="id")
    # pyjstat leaves out why a number is missing; the rows are in the order of the numbers.
    frame["reason"] = [item["status"].get(str(place)) for place in range(len(frame))]
    numbers = frame[frame["measure"] == NUMBER].reset_index(drop=True)
    numbers["margin95"] = frame[frame["measure"] == MARGIN]["value"].to_numpy()
    numbers["table"] = item["extension"]["table"]
    # Where a table gives nothing, such as sensitive life areas by neighbourhood, there is no row.
    return numbers[numbers["reason"] != "not_given"].drop(columns="measure")


def main(address: str, period: str, file: str) -> None:
    """Pull a quarter and keep it as a file."""
    frame = pull(address, period)
    frame.to_csv(file, index=False)
    hidden = int(frame["value"].isna().sum())
    print(f"{len(frame)} numbers in {frame['table'].nunique()} tables; {hidden} are not shown, and are not zero.")


if __name__ == "__main__":
    main(*sys.argv[1:])
