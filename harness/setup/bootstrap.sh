#!/bin/sh
# Start the set-up: find Python 3.11 or newer, or install Debian's, and hand over to it. The arguments go to
# `python3 -m harness.setup`. $PYTHON names another interpreter.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}

serves() { "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

install_python() {
    if [ -n "${PYTHON:-}" ] || ! command -v apt-get >/dev/null; then return; fi
    if [ "$(id -u)" = 0 ]; then root=; else root='sudo -n'; fi
    if ! { $root true; } 2>/dev/null; then return; fi
    $root apt-get -q update
    $root env DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends python3 python3-venv
}

serves || install_python
serves || {
    echo "set-up: $python is missing or older than 3.11" >&2
    echo "  fix: install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)," \
        "or name one: make PYTHON=/path/to/python3" >&2
    exit 1
}
exec "$python" -m harness.setup "$@"
