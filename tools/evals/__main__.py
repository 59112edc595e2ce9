"""Evaluates the analytics: `python -m tools.evals --data DIR [--out FILE] [--only GROUP]`.

DIR has one folder per data set. Needs scikit-learn. A group of rows is a module of this package
with a function `rows(folder)`; to add one, write it and name it here.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path
from typing import Final

from analytics.encoder import PATH_VARIABLE
from tools.evals.table import Row, render

GROUPS: Final = (
    "style",
    "encoder",
    "readability",
    "acts",
    "language",
    "voice",
    "engagement",
    "headlines",
    "times",
)
_BEGIN: Final = "<!-- written by `make eval`: do not edit below -->\n"


def main() -> None:
    """Prints the table, and writes it below the mark in a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, help="Markdown file whose table is written anew")
    parser.add_argument("--only", choices=GROUPS, action="append", help="not all groups")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        sys.exit(f"evals: {arguments.data} is no folder; --data names the folder of the data sets")
    # What is said of the measures as they are by default must not depend on the shell.
    os.environ.pop(PATH_VARIABLE, None)
    rows: list[Row] = []
    for name in arguments.only or GROUPS:
        rows += importlib.import_module(f"tools.evals.{name}").rows(arguments.data)
    table = render(rows)
    print(table)
    if arguments.out is not None:
        text = arguments.out.read_text(encoding="utf-8")
        if _BEGIN not in text:
            sys.exit(f"evals: {arguments.out} lacks the line {_BEGIN.strip()}")
        arguments.out.write_text(text.split(_BEGIN)[0] + _BEGIN + "\n" + table, encoding="utf-8")


if __name__ == "__main__":
    main()
