#!/usr/bin/env bash
# Adds a migration to every database's project: migrations/add.sh NAME
# Further arguments go to `dotnet ef migrations add`, --no-build for one.
set -euo pipefail

if [[ $# -lt 1 || $1 == -* ]]; then
    echo "usage: migrations/add.sh NAME [OPTION...]" >&2
    exit 2
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet tool restore

for database in Sqlite SqlServer PostgreSql; do
    echo "== $database"
    dotnet ef migrations add "$@" \
        --project "migrations/$database" \
        --startup-project "migrations/$database" \
        --context MarketplaceDbContext
done

# What dotnet ef generates is saved as UTF-8 without a byte order mark, as the rest of the repository is.
find migrations -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*' -exec sed -i '1s/^\xEF\xBB\xBF//' {} +
