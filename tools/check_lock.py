"""Checks that the lock files are what pyproject.toml asks for. Needs no network.

Every requirement of the project must be pinned in a version that its specifier admits, every pin
must carry hashes, both locks must agree, and none may name an index: a file that says where
packages come from works on one network only.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==(?P<version>[^\s;\\]+)")
Pins = dict[str, set[str]]


def read_lock(path: Path) -> tuple[Pins, list[str]]:
    """Reads a lock file.

    Returns:
        The pinned versions by name (several where they depend on the Python version), and what is
        wrong with the file.
    """
    pins: Pins = {}
    problems = []
    # One pin is one logical line, continued by backslashes.
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if "://" in line or line.startswith("-"):
            problems.append(f"{path}: names an index: {line.strip()}")
        elif match := PIN.match(line):
            pins.setdefault(canonicalize_name(match["name"]), set()).add(match["version"])
            if "--hash=sha256:" not in line:
                problems.append(f"{path}: {match['name']} has no hash")
    return pins, problems


def missing(path: Path, pins: Pins, requirements: list[str]) -> list[str]:
    """Names the requirements that no pin in `pins` satisfies."""
    problems = []
    for requirement in map(Requirement, requirements):
        versions = pins.get(canonicalize_name(requirement.name), set())
        if not any(requirement.specifier.contains(version) for version in versions):
            found = ", ".join(sorted(versions)) or "nothing"
            problems.append(f"{path}: pins {found} for {requirement}")
    return problems


def main() -> int:
    """Runs the check; prints what is wrong and returns the exit code."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    build = [
        line
        for line in Path("requirements/build.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    base = project["dependencies"] + extras["local"] + build
    run, dev, evals = (Path(f"requirements/{name}.txt") for name in ("run", "dev", "eval"))
    run_pins, problems = read_lock(run)
    dev_pins, dev_problems = read_lock(dev)
    eval_pins, eval_problems = read_lock(evals)
    problems += dev_problems + eval_problems
    problems += read_lock(Path("requirements/bootstrap.txt"))[1]
    problems += missing(run, run_pins, base) + missing(
        dev, dev_pins, base + extras["encoder"] + extras["dev"]
    )
    problems += missing(evals, eval_pins, extras["eval"])
    problems += [
        f"{larger}: {name} differs from {smaller}"
        for smaller, pins, larger, others in (
            (run, run_pins, dev, dev_pins),
            (dev, dev_pins, evals, eval_pins),
        )
        for name, versions in pins.items()
        if others.get(name) != versions
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print("run make lock", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
