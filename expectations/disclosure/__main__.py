"""Prints what an attack finds: `python -m expectations.disclosure <warehouse> [<release>]`.

Without a release the marts of the warehouse are attacked. `--crossings` adds small crossings of
what registers tell; `--groups` leaves out groups that were merged; `--every` also judges the rest
of a category after the first failure.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

from expectations.disclosure.attack import Effort
from expectations.disclosure.gate import CUBE, SIDE_BY_SIDE, attack_wave, waves
from expectations.disclosure.protection import Protection


def main(arguments: list[str]) -> None:
    """Attack every wave, and print one line per wave and dimension, and one per failure."""
    import duckdb

    options = {name for name in arguments if name.startswith("--")}
    warehouse, *release = (name for name in arguments if not name.startswith("--"))
    only = {name[7:] for name in options if name.startswith("--wave=")}
    cube = CUBE
    write = sys.stdout.write
    with (
        duckdb.connect(warehouse, read_only=True) as connection,
        ThreadPoolExecutor(SIDE_BY_SIDE) as judges,
    ):
        connection.execute("set file_search_path = $1", [str(Path(warehouse).parent)])
        if release:
            connection.execute(f"attach '{release[0]}' as released (read_only)")
            cube = "released.main.mart_indicator"
        names = [field.name for field in fields(Protection)]
        write("\t".join(names) + "\n")
        for survey, wave in waves(connection, cube):
            if only and f"{survey}/{wave}" not in only:
                continue
            found = attack_wave(
                connection,
                cube,
                survey,
                wave,
                judges,
                merged="--groups" not in options,
                crossings="--crossings" in options,
                effort=Effort(every="--every" in options),
                advise="--advise" in options,
            )
            for row in found.protection:
                write("\t".join(str(getattr(row, name)) for name in names) + "\n")
            for failure in found.failures:
                write(f"{survey}/{wave}\t{failure}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
