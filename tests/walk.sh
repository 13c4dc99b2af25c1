#!/usr/bin/env bash
# Plays README's walk as it stands there, against an API of its own on a free port, and compares what each block prints
# with what README says it prints: tests/walk.sh
# `Configuration=Release tests/walk.sh` runs what a Release build left, instead of a Debug build.
# The last line is "ok walk", or the status is not 0 and the differences stand above.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d "${TMPDIR:-/tmp}/marketplace-walk-XXXXXX")
trap 'rm -rf "$work"' EXIT

# A port that nobody listens on.
for WALK_PORT in $(seq $((20000 + RANDOM % 20000)) 65535); do
    (exec 3<> "/dev/tcp/127.0.0.1/$WALK_PORT") 2> /dev/null || break
done
export WALK_PORT

# Each bash block of the section becomes a group of commands of one script, which writes to a file of its own; the text
# block after it becomes the file to compare that with.
awk -v work="$work" '
    /^## / { walking = $0 ~ /^## The main flow/ }
    !walking { next }
    /^```bash$/ { blocks++; inside = "bash"; printf "block %d\n{\n", blocks; next }
    /^```text$/ { inside = "text"; printf "" > (work "/" blocks ".expected"); next }
    /^```$/ { if (inside == "bash") { printf "\n} > \"%s/%d.printed\"\n", work, blocks } inside = ""; next }
    inside == "bash" { print }
    inside == "text" { print > (work "/" blocks ".expected") }
' README.md > "$work/blocks"

{
    cat << 'START'
set -euo pipefail
api=
at=0
block() { at=$1; }
finish() {
    local status=$?
    if [[ $status -ne 0 ]]; then
        echo "Block $at ended with status $status" >&2
        [[ -z $api ]] || kill "$api" 2> /dev/null || true
        [[ -z ${folder:-} ]] || { tail -n 30 "$folder/api.log" >&2; rm -rf "$folder"; }
    fi
}
trap finish EXIT
START
    cat "$work/blocks"
} > "$work/walk"

status=0
TMPDIR=$work timeout 600 bash "$work/walk" < /dev/null || status=$?
compared=0
for expected in "$work"/*.expected; do
    number=$(basename "$expected" .expected)
    printed=$work/$number.printed
    if [[ -f $printed ]] && diff -u --label "README, block $number" --label printed "$expected" "$printed"; then
        compared=$((compared + 1))
    else
        status=1
    fi
done

if [[ $compared -eq 0 ]]; then
    echo "README has no walk" >&2
    status=1
fi
[[ $status -eq 0 ]] || { echo "FAILED walk"; exit 1; }
echo "ok walk"
