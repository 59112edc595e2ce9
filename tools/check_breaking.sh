#!/bin/sh
# Holds the protos against those of the branch main: what clients rely on must not change under them.
# An export without history, or a clone without that branch, has nothing to hold them against.
set -eu
git rev-parse --verify --quiet main:protos/manusmesh >/dev/null || exit 0
exec buf breaking --against '.git#branch=main'
