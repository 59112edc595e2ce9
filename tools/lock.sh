#!/bin/sh
# Writes the lock files: requirements/run.txt (run time and local mesh), requirements/dev.txt (what
# working on it takes), requirements/eval.txt (that and what fits and evaluates the measures),
# requirements/bootstrap.txt (what makes an environment where Python cannot).
# Usage: tools/lock.sh [--upgrade]. Run with the project's environment first on PATH.
# The files hold for every Python and platform the project supports, carry hashes, and name no index.
set -eu

compile() {
    out=$1
    shift
    # Settings of this machine (mirrors, caches, extra indexes) must not leave a trace in the files.
    uv pip compile --quiet --no-config --universal --python-version 3.11 \
        --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
        --output-file "$out" "$@" >/dev/null
}

project="pyproject.toml requirements/build.in"
# shellcheck disable=SC2086 # two names
{
    compile requirements/run.txt $project --extra local "$@"
    compile requirements/dev.txt $project --extra local --extra encoder --extra dev --constraint requirements/run.txt "$@"
    compile requirements/eval.txt $project --extra local --extra encoder --extra dev --extra eval --constraint requirements/dev.txt "$@"
}
compile requirements/bootstrap.txt requirements/bootstrap.in "$@"
if grep -nE '://|--index|--find-links' requirements/*.txt; then
    echo "tools/lock.sh: a lock file names where packages come from" >&2
    exit 1
fi
