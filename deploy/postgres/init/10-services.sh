#!/bin/bash
# A database for each service with three roles: its owner, who migrates it; the service itself, which owns nothing and
# which row-level security binds; its operator, who may look at journal and figures and change nothing.
#
# The postgres image runs this once, on an empty volume. It may be run again at any time, and on any PostgreSQL 15 or
# newer (PGHOST, PGUSER and so on say which): it creates what is missing and gives every role the password that stands in
# its address:   docker compose exec postgres /docker-entrypoint-initdb.d/10-services.sh
set -euo pipefail

SECRETS=${SECRETS:-/run/secrets}
export PGUSER=${PGUSER:-${POSTGRES_USER:-postgres}} PGDATABASE=postgres

# The password in an address. Those that deploy/secrets.sh makes need no percent-encoding; one that does is refused.
password_in() {
  local address rest
  address=$(<"$SECRETS/$1")
  rest=${address#postgresql://*:}
  rest=${rest%%@*}
  if [[ ! $rest =~ ^[A-Za-z0-9._~-]{16,128}$ ]]; then
    echo "$1: the password has to be 16 to 128 letters, digits and . _ ~ -" >&2
    exit 1
  fi
  printf '%s' "$rest"
}

for service in intake mediation petition analytics; do
  # By the environment: an argument would stand in the list of processes.
  SERVICE_PASSWORD=$(password_in "${service}_database_url")
  OWNER_PASSWORD=$(password_in "${service}_owner_database_url")
  OPERATOR_PASSWORD=$(password_in "${service}_operator_database_url")
  export SERVICE_PASSWORD OWNER_PASSWORD OPERATOR_PASSWORD
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set "service=$service" <<'SQL'
\getenv service_password SERVICE_PASSWORD
\getenv owner_password OWNER_PASSWORD
\getenv operator_password OPERATOR_PASSWORD
\set owner :service _owner
\set operator :service _operator
SELECT format('CREATE ROLE %I', wanted) FROM unnest(ARRAY[:'service', :'owner', :'operator']) AS wanted
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \gexec
ALTER ROLE :"service" LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'service_password';
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'owner_password';
ALTER ROLE :"operator" LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'operator_password';
ALTER ROLE :"operator" SET default_transaction_read_only = on;
SELECT format('CREATE DATABASE %I OWNER %I', :'service', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service", :"operator";
\connect :"service"
GRANT USAGE ON SCHEMA public TO :"service", :"operator";
SQL
done
