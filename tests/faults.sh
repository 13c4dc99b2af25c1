#!/usr/bin/env bash
# Breaks things for a while: tests/faults.sh [MINUTES]. API processes, workers and the database are killed in turns, and processes
# suspended, under load on a throwaway PostgreSQL; then everything is held against what the buyers were told.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export MARKETPLACE_FAULTS_MINUTES=${1:-5}
exec dotnet test tests/Marketplace.IntegrationTests -c Release --filter "FullyQualifiedName~FaultTests" --logger "console;verbosity=detailed"
