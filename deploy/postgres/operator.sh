#!/bin/bash
# Gives the operators' roles what they may look at, in each database, after it was migrated.
set -euo pipefail
for service in intake mediation petition analytics; do
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set "service=$service" --file "${0%/*}/operator.sql" \
    "$(<"${SECRETS:-/run/secrets}/${service}_owner_database_url")"
done
echo "operators may read: up to date"
