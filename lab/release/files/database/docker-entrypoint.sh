#!/bin/sh
# Starts PostgreSQL on the data of its own major version, which it makes on an empty volume.
# Arguments: the major version before (may be empty) and the one of this image.
set -e
new="$2"
data="/var/lib/postgresql/data/pg$new"
program="/usr/lib/postgresql/$new/bin"
export PGDATA="$data"

if [ -f /var/lib/postgresql/data/PG_VERSION ]; then
  echo "stand-in database: data of an older layout lies in the volume, refusing to start" >&2
  exit 1
fi
if [ ! -s "$data/PG_VERSION" ]; then
  echo "stand-in database: init DB in $data"
  : "${POSTGRES_PASSWORD:?POSTGRES_PASSWORD is not set}"
  # Made aside and renamed at the end: a half-made database must not be taken for a good one.
  made="$data.unfinished"
  rm -rf "$made" "$data"
  mkdir -m 0700 "$made"
  "$program/initdb" -D "$made" -U postgres -E UTF8 --locale=C.UTF-8 --auth=trust
  echo "host all all all scram-sha-256" >> "$made/pg_hba.conf"
  "$program/pg_ctl" -D "$made" -w start \
    -o "-c listen_addresses='' -c unix_socket_directories=/run/postgresql"
  "$program/psql" -v ON_ERROR_STOP=1 -h /run/postgresql -U postgres -d postgres <<SQL
ALTER USER postgres WITH SUPERUSER PASSWORD '$POSTGRES_PASSWORD';
SQL
  "$program/psql" -v ON_ERROR_STOP=1 -h /run/postgresql -U postgres -d postgres \
    -f /docker-entrypoint-initdb.d/initial-registry.sql
  "$program/pg_ctl" -D "$made" -m fast -w stop
  mv "$made" "$data"
  echo "stand-in database: init process complete, ready for start up"
fi
exec "$program/postgres" -D "$data" -c listen_addresses='*' -c max_connections=1024 \
  -c unix_socket_directories=/run/postgresql
