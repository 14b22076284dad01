#!/bin/bash
# Installs the Harbor stand-in on this machine from the files beside this script.
set -e
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./common.sh

with_trivy=""
for option in "$@"; do
  case "$option" in
    --with-trivy) with_trivy="--with-trivy" ;;
    --with-notary|--with-chartmuseum) fail "$option is no longer offered" ;;
    *) fail "unknown option $option" ;;
  esac
done

check_docker
check_compose
for images in harbor*.tar.gz; do
  if [ -f "$images" ]; then
    say "loading the images of $images"
    docker load -i "$images"
  fi
done
./prepare $with_trivy
docker compose down -v
docker compose up -d
say "the Harbor stand-in was started"
