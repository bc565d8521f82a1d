#!/bin/sh
# One night: run every suite, share the session, compare it with the last green night, and mark this one as green where
# every item passed and no figure is worse. To be run in the root of a checkout; docs/ci.md has the rest.
#
# Exit code: 0 green, 1 red, 2 it could not be told. Whatever happens, what was green before stays what it was: the mark
# is written last.
set -eu

store=${TINYHIL_STORE:?name the folder or URL where sessions are shared}
boards=${TINYHIL_BOARDS:-stm32l475}
base=${TINYHIL_BASE:-} # a branch: compare with its last green night, and write nothing to the store
bin=${TINYHIL_BIN:-.venv/bin}

# Runs a command of which the exit code 1 is an answer; what is beyond ends the night.
ask() {
    answer=0
    "$@" || answer=$?
    [ "$answer" -le 1 ] || exit 2
}

compare() {
    "$bin/harness" compare green "$session" --place="$store" ${base:+--branch="$base"} "$@"
}

rm -rf night
mkdir -p night/site reports
echo "The night broke off before it was compared." >night/comparison.md
ask "$bin/harness" report push "$store" --reports-dir=night/none >/dev/null # nothing: is the store there?

# shellcheck disable=SC2086 # several options
ask "$bin/pytest" suites --board="$boards" --reports-dir=night/sessions --junitxml=night/tests.xml ${TINYHIL_OPTIONS:-}
failed=$answer
session=$(ls night/sessions)
mv "night/sessions/$session" reports/
if [ -z "$base" ]; then
    ask "$bin/harness" report push "$store" # what an earlier night could not push goes, too
fi
ask "$bin/harness" report html "$session" --output="night/site/$session.html"

ask compare --format=markdown --output=night/changes.md --fail-on=regression --fail-on=missing
worse=$answer
if [ -e night/changes.md ]; then
    mv night/changes.md night/comparison.md
    if [ -n "${GITHUB_ACTIONS:-}" ]; then ask compare --format=github; else ask compare; fi
else
    echo "There is no green night to compare with." >night/comparison.md
fi

if [ -z "$base" ]; then
    ask "$bin/harness" report pull "$store"
    ask "$bin/harness" trend --html=night/site
fi

verdict=green
[ "$failed$worse" = 00 ] || verdict=red
{
    echo "## $verdict: $session"
    echo
    cat night/comparison.md
    printf '\n<details><summary>all figures</summary>\n\n'
    cat "reports/$session/summary.md"
    printf '\n</details>\n'
} >night/summary.md
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat night/summary.md >>"$GITHUB_STEP_SUMMARY"

[ "$verdict" = green ] || exit 1
if [ -z "$base" ]; then
    ask "$bin/harness" report mark "$store" "$session"
fi
