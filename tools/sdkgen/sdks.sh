#!/usr/bin/env bash
# Builds the SDKs of the native provider into build/sdk, from its schema: for .NET, Go, Node and Python. Needs Go, npm and .venv.
#
# Those of Node and Python are ready to be imported, the former from node_modules, the latter from site-packages.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/build/sdk

for tool in go npm; do
    command -v "$tool" >/dev/null || { echo "sdk: no $tool on PATH, which building the SDKs needs" >&2; exit 1; }
done
echo "sdk: building the SDKs into build/sdk (the first time two minutes) ..." >&2
rm -rf "$out"
mkdir -p "$out"
version=$("$root/.venv/bin/python" -c 'from keyswitch.plugin.native.plugin_version import PLUGIN_VERSION as v; print(v)')
(cd "$here" && GOFLAGS=-mod=readonly go run . "$root/provider/keyswitch/plugin/native/schema.json" "$version" "$out")

install() { "$root/.venv/bin/python" -m pip install --quiet --target "$out/site-packages" "$@"; }
install --require-hashes --requirement "$here/python/requirements.lock"
PYTHONPATH=$out/site-packages install --no-deps --no-build-isolation "$out/python"

cp "$here/nodejs/package.json" "$here/nodejs/package-lock.json" "$out"
cd "$out"
npm ci --silent --no-audit --no-fund --ignore-scripts
npx --no-install tsc --project nodejs
cp nodejs/package.json nodejs/README.md nodejs/bin
mkdir node_modules/@keyswitch
ln -s ../../nodejs/bin node_modules/@keyswitch/keyswitch
touch .made-from
echo "sdk: ready" >&2
