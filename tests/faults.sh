#!/usr/bin/env bash
# Breaks things for a while, then nothing for longer: tests/faults.sh [FAULT-MINUTES [SOAK-MINUTES]], 5 and 30. On a throwaway PostgreSQL,
# API processes, workers and the database are killed in turns, and processes suspended, under load; then a new release takes the place
# of the old one; then everything is held against what the buyers were told. At last two processes and a worker run at a steady load, and
# are looked at for what grows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export MARKETPLACE_FAULTS_MINUTES=${1:-5}
dotnet test tests/Marketplace.IntegrationTests -c Release --filter "FullyQualifiedName~FaultTests|FullyQualifiedName~RollingUpgradeTests" --logger "console;verbosity=detailed"
exec dotnet run -c Release --project tests/Marketplace.Benchmarks -- soak --minutes "${2:-30}"
