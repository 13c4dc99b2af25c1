#!/usr/bin/env bash
# Makes a database of a copy: restore.sh sqlite COPY FILE | restore.sh postgres COPY CONNECTION-URI
# Only into nothing: a file that isn't there yet, or an empty database.
set -euo pipefail

usage() {
    sed -n '2p' "$0" | cut -c 3- >&2
    exit 2
}

[[ $# -eq 3 ]] || usage
readonly copy=$2 target=$3
[[ -f $copy ]] || { echo "there is no file $copy" >&2; exit 1; }

case $1 in
    sqlite)
        for file in "$target" "$target-wal" "$target-shm"; do
            [[ ! -e $file ]] || { echo "$file is there already" >&2; exit 1; }
        done
        cp "$copy" "$target.part"
        sync "$target.part"
        mv "$target.part" "$target"
        ;;
    postgres)
        tables=$(psql --no-psqlrc --tuples-only --no-align --command "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$target")
        [[ $tables == 0 ]] || { echo "the database isn't empty" >&2; exit 1; }
        pg_restore --exit-on-error --single-transaction --no-owner --dbname="$target" "$copy"
        ;;
    *) usage ;;
esac
