
# Docker, Podman, CRI-O and containerd look into their folder at each request: no restart.
#   sh trust.sh             trust the authority for this registry only
#   sh trust.sh --system    let the whole machine trust it, for curl, git, Java and the like
#   sh trust.sh --remove    take all of it back
#   sh trust.sh --root DIR  write below DIR, for the image of a machine
system="" remove="" root=""
while [ $# -gt 0 ]; do
  case $1 in
    --system) system=yes ;;
    --remove) remove=yes ;;
    --root) root=${2:?--root needs a directory}; shift ;;
    *) echo "Unknown: $1. Known: --system, --remove, --root DIR" >&2; exit 2 ;;
  esac
  shift
done
if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
  echo "This writes below /etc: run it as root, with sudo sh." >&2
  exit 1
fi
umask 022

docker=$root/etc/docker/certs.d/$registry
podman=$root/etc/containers/certs.d/$registry
containerd=$root/etc/containerd/certs.d/$registry
marker="# Written by trust.sh"

# put FILE: what comes in, complete or not at all
put() {
  mkdir -p "$(dirname "$1")"
  cat > "$1.new"
  mv "$1.new" "$1"
  echo "  $1"
}

# ours FILE: whether it is not there, or was written by this script
ours() { [ ! -e "$1" ] || grep -q "^$marker" "$1"; }

anchors() {
  if [ -d "$root/etc/pki/ca-trust/source/anchors" ]; then echo "$root/etc/pki/ca-trust/source/anchors"
  elif [ -d "$root/etc/pki/trust/anchors" ]; then echo "$root/etc/pki/trust/anchors"
  else echo "$root/usr/local/share/ca-certificates"; fi
}
anchor=$(anchors)/slipway-$(echo "$registry" | tr ':' '_')

refresh() {
  [ -z "$root" ] || return 0
  if command -v update-ca-certificates >/dev/null; then update-ca-certificates >/dev/null
  elif command -v update-ca-trust >/dev/null; then update-ca-trust extract
  else echo "Neither update-ca-certificates nor update-ca-trust is here: install ca-certificates." >&2
    exit 1; fi
}

if [ -n "$remove" ]; then
  rm -f "$docker/ca.crt" "$podman/ca.crt" "$containerd/ca.crt"
  if ours "$containerd/hosts.toml"; then rm -f "$containerd/hosts.toml"; fi
  rmdir "$docker" "$podman" "$containerd" 2>/dev/null || true
  if ls "$anchor"-*.crt >/dev/null 2>&1; then rm -f "$anchor"-*.crt; refresh; fi
  echo "This machine no longer trusts the authority of $registry."
  exit 0
fi

echo "Trusting the authority of $registry:"
authority | put "$docker/ca.crt"
authority | put "$podman/ca.crt"
authority | put "$containerd/ca.crt"
if ours "$containerd/hosts.toml"; then
  hosts_toml | put "$containerd/hosts.toml"
else
  echo "  $containerd/hosts.toml is yours: add  ca = \"/etc/containerd/certs.d/$registry/ca.crt\""
fi
config=$root/etc/containerd/config.toml
if [ -e "$config" ] && ! grep -q '/etc/containerd/certs.d' "$config"; then
  echo "  containerd: set config_path = \"/etc/containerd/certs.d\" in $config and restart it."
fi
if [ -n "$system" ]; then
  # The stores of Debian want one certificate in each file.
  rm -f "$anchor"-*.crt
  mkdir -p "$(dirname "$anchor")"
  authority | awk -v base="$anchor" '/BEGIN CERTIFICATE/ { n++ } { print > (base "-" n ".crt") }'
  refresh
  echo "  $anchor-*.crt"
fi
echo "Done. Try: docker login $registry"
