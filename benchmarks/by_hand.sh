#!/usr/bin/env bash
# Harbor by hand on an engine that answers, the way of 2016 with today's parts: what Slipway saves.
# Needs FQDN (resolves to the host), ARCHIVE, COMPOSE, RESOLVE (address of the host), and
# DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH for the docker CLI. Prints milliseconds per step.
set -euo pipefail
work=$(mktemp -d -t slipway-byhand-XXXXXX); trap 'rm -rf "$work"' EXIT; cd "$work"
export HOME=$work; last=${EPOCHREALTIME/./}; password=$(openssl rand -hex 12)Aa1
done_with() { local now=${EPOCHREALTIME/./}; echo "$1 $(((now - last) / 1000))"; last=$now; }

tar xzf "$ARCHIVE"; docker load -qi harbor/harbor.*.tar.gz >loaded
prepare=$(sed -n 's/^Loaded image: \(goharbor\/prepare:.*\)/\1/p' loaded); done_with load-images

mkdir certs input
openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=By hand" -keyout ca.key -out certs/ca.crt 2>log
openssl req -newkey rsa:2048 -nodes -subj "/CN=$FQDN" -keyout certs/server.key -out server.csr 2>log
openssl x509 -req -in server.csr -CA certs/ca.crt -CAkey ca.key -CAcreateserial -days 90 \
  -extfile <(echo "subjectAltName=DNS:$FQDN") -out certs/server.crt 2>log; done_with issue-certificate

sed -e "s|reg.mydomain.com|$FQDN|; s|/your/certificate/path|/opt/harbor/certs/server.crt|
  s|/your/private/key/path|/opt/harbor/certs/server.key|; s|Harbor12345|$password|" \
  harbor/harbor.yml.tmpl >input/harbor.yml
tar c certs input | docker run --rm -i -v /opt/harbor:/h --entrypoint tar "$prepare" x -C /h
tar c -C certs ca.crt | docker run --rm -i -v "/etc/docker/certs.d/$FQDN:/h" --entrypoint tar "$prepare" x -C /h
docker run --rm -v /opt/harbor/input:/input -v /data:/data -v /opt/harbor:/compose_location \
  -v /opt/harbor/common/config:/config -v /:/hostfs --privileged "$prepare" prepare >log
docker run --rm -v /opt/harbor:/h --entrypoint tar "$prepare" c -C /h docker-compose.yml common | tar x
done_with render-configuration

# Paths must mean the host's folders, not those of this machine.
"$COMPOSE" -p harbor config | sed "s|$work|/opt/harbor|" >remote.yml
"$COMPOSE" -p harbor -f remote.yml up -d --wait log 2>log; "$COMPOSE" -p harbor -f remote.yml up -d 2>log
done_with start-harbor
until curl -s --cacert certs/ca.crt --resolve "$FQDN:443:$RESOLVE" "https://$FQDN/api/v2.0/health" \
  | grep -v unhealthy | grep -q healthy; do sleep 1; done; done_with await-harbor

docker login -u admin --password-stdin "$FQDN" <<<"$password" >log 2>&1; image=$FQDN/library/try:1
tar c certs/ca.crt | docker import - "$image" >log; docker push -q "$image" >log
docker rmi "$image" >log; docker pull -q "$image" >log; done_with login-push-pull
