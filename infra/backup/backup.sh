#!/usr/bin/env bash
# Copies a database while it is in use, as of one moment: backup.sh sqlite FILE COPY | backup.sh postgres CONNECTION-URI COPY
# The copy appears under its name only when it is whole. Keep it where the database isn't.
set -euo pipefail

usage() {
    sed -n '2p' "$0" | cut -c 3- >&2
    exit 2
}

[[ $# -eq 3 ]] || usage
readonly source=$2 copy=$3
[[ ! -e $copy ]] || { echo "$copy is there already" >&2; exit 1; }
readonly part="$copy.part"
trap 'rm -f "$part"' EXIT

case $1 in
    sqlite)
        [[ -f $source ]] || { echo "there is no file $source" >&2; exit 1; }
        sqlite3 "$source" ".timeout 60000" ".backup '$part'"
        [[ $(sqlite3 "$part" "PRAGMA integrity_check") == ok ]]
        ;;
    postgres)
        pg_dump --format=custom --no-owner --file="$part" "$source"
        pg_restore --list "$part" > /dev/null
        ;;
    *) usage ;;
esac
sync "$part"
mv "$part" "$copy"
