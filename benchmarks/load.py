"""One run of wrk against one address, read from what it prints."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

CONNECTIONS = 16
SECONDS = 2
ATTEMPTS = 3
"""A run in which nothing was answered is done again: a virtual machine can be put to sleep meanwhile."""
TELLS_P95 = Path(__file__).with_name("p95.lua")
"""wrk by itself tells the 90 % and the 99 %."""
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
SIZES = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
HOW_TO_GET = "wrk is needed to measure: `apt install wrk`, `brew install wrk`, or https://github.com/wg/wrk"


@dataclass(frozen=True)
class Target:
    """What is asked of whom."""

    address: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """What one run measured; times in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float


class Failed(Exception):
    """A run that measured errors measured nothing."""


def wrk() -> str:
    """Find wrk, or say how to get it."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit(HOW_TO_GET)
    return found


def size_of(target: Target) -> int:
    """Ask once; return the size of the answer, or fail when it is not a good one."""
    headers = dict(header.split(": ", 1) for header in target.headers)
    with urlopen(Request(target.address, headers=headers), timeout=30) as answer:
        body: bytes = answer.read()
        if answer.status != 200 or len(body) < 500:
            raise Failed(f"{target.address}: {answer.status}, {len(body)} bytes")
    return len(body)


def run(target: Target, size: int, seconds: int = SECONDS, connections: int = CONNECTIONS) -> Run:
    """Load a target for some seconds; fail unless every answer was a good one of about its size."""
    headers = [part for header in target.headers for part in ("-H", header)]
    command = [wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "--latency"]
    command += ["-s", str(TELLS_P95)]
    for _ in range(ATTEMPTS):
        said = subprocess.run([*command, *headers, target.address], capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in said or "Socket errors" in said:
            raise Failed(f"{target.address}:\n{said}")
        count, volume, unit = _found(r"(\d+) requests in [\d.]+\w+, ([\d.]+)([KMG]?B) read", said)
        if int(count):
            break
    else:
        raise Failed(f"{target.address}: nothing was answered, {ATTEMPTS} times\n{said}")
    if float(volume) * SIZES[unit] / int(count) < size * 0.9:
        raise Failed(f"{target.address}: answers smaller than {size} bytes\n{said}")
    (rate,) = _found(r"Requests/sec:\s+([\d.]+)", said)
    return Run(float(rate), _time("50%", said), _time("95%", said), _time("99%", said))


def _time(share: str, said: str) -> float:
    value, unit = _found(rf"\s{share}\s+([\d.]+)(us|ms|s)", said)
    return float(value) * UNITS[unit]


def _found(pattern: str, said: str) -> tuple[str, ...]:
    match = re.search(pattern, said)
    if match is None:
        raise Failed(said)
    return match.groups()
