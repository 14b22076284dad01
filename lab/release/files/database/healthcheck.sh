#!/bin/sh
# Healthy when the server answers a query.
exec /usr/lib/postgresql/15/bin/psql -U postgres -h /run/postgresql -w -q -c 'SELECT 1' postgres
