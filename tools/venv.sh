#!/usr/bin/env bash
# Makes the virtual environment that development uses, pinned by a lock file, with uv where it is
# installed and with the standard venv and pip elsewhere.
#
# usage: venv.sh FOLDER LOCK
set -euo pipefail

folder=$1 lock=$2
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "environment: $python is $("$python" --version 2>&1), and Python 3.10 or newer is needed;" \
        "name one with PYTHON=..." >&2
    exit 1
}
echo "environment: installing $lock into $folder (about a minute) ..." >&2
rm -rf "$folder"
if command -v uv >/dev/null; then
    uv venv --quiet --seed --python "$python" "$folder"
    uv pip install --quiet --python "$folder/bin/python" --require-hashes -r "$lock"
    uv pip install --quiet --python "$folder/bin/python" --no-deps --no-build-isolation --editable .
else
    "$python" -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --require-hashes -r "$lock"
    "$folder/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable .
fi
cksum "$lock" pyproject.toml tools/venv.sh >"$folder/.made-from"
echo "environment: ready" >&2
