#!/bin/sh
# Fails when gen/ is not what protos/ say: generates anew into a temporary folder and compares.
set -eu
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
if ! tools/generate.sh "$fresh/gen" >"$fresh/log" 2>&1; then
    cat "$fresh/log" >&2
    exit 1
fi
if ! diff -r --brief --exclude=__pycache__ gen "$fresh/gen" >&2; then
    echo "gen/ is stale: run make protos and commit it" >&2
    exit 1
fi
