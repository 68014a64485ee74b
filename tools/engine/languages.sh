#!/usr/bin/env bash
# Makes sure that there are language hosts for YAML, Node and Go too, which only the tests of the native provider
# need, and prints on standard output the folder to put first on PATH: nothing, if PATH has them all.
#
# Builds what is missing from Go modules next to the engine that engine.sh builds, once, in about a minute. It is a
# script of its own as each change of engine.sh builds the engine again.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
engine=${KEYSWITCH_ENGINE:-$root/.engine}
bin=$engine/bin
stamp=$(cat "$here"/nodejs/go.* "$here"/go/go.* | cksum)
sdk=github.com/pulumi/pulumi/sdk/v3

folder=$("$here/engine.sh" yaml)
if command -v pulumi-language-nodejs >/dev/null && command -v pulumi-language-go >/dev/null; then
    echo "$folder"
    exit 0
fi
if [ "$(cat "$engine/stamp-of-languages" 2>/dev/null)" != "$stamp" ]; then
    command -v go >/dev/null || { echo "engine: no go on PATH, which the language hosts are built with" >&2; exit 1; }
    echo "engine: the language hosts for Node and Go ..." >&2
    mkdir -p "$bin"
    export GOFLAGS=-mod=readonly
    (cd "$here/nodejs" && go build -ldflags "-s -w" -o "$bin/" "$sdk/nodejs/cmd/pulumi-language-nodejs") >&2
    (cd "$here/go" && go build -ldflags "-s -w" -o "$bin/" "$sdk/go/pulumi-language-go") >&2
    echo "$stamp" >"$engine/stamp-of-languages"
fi
echo "$bin"
