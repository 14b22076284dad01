#!/bin/bash
# What install.sh needs: messages and version checks.

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

check_docker() {
  docker --version >/dev/null 2>&1 || fail "docker is not installed: install Docker Engine 20.10 or newer"
}

check_compose() {
  docker compose version >/dev/null 2>&1 || fail "docker compose v2 is not installed"
}
