"""The configuration of nginx: the only door, with TLS in front of core and portal."""

from .settings import Settings

ROUTES = {"/": "portal", "/c/": "core", "/api/": "core", "/service/": "core", "/v2/": "core"}
CLOSED = ("/v1/", "/service/notifications")
# The registry client streams layers of any size: nothing is buffered, nothing is limited.
FORWARD = """\
      proxy_pass http://{service};
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $x_forwarded_proto;
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_send_timeout 900;
      proxy_read_timeout 900;
"""
HEAD = """\
worker_processes auto;
pid /tmp/nginx.pid;
error_log stderr warn;

events {
  worker_connections 3096;
  use epoll;
  multi_accept on;
}

http {
  client_body_temp_path /tmp/client_body_temp;
  proxy_temp_path /tmp/proxy_temp;
  fastcgi_temp_path /tmp/fastcgi_temp;
  uwsgi_temp_path /tmp/uwsgi_temp;
  scgi_temp_path /tmp/scgi_temp;
  tcp_nodelay on;
  client_max_body_size 0;
  chunked_transfer_encoding on;
  proxy_http_version 1.1;
  server_tokens off;
  log_format timed '$remote_addr - "$request" $status $body_bytes_sent '
    '"$http_user_agent" $request_time $upstream_response_time $pipe';
  access_log /dev/stdout timed;

  upstream core { server core:8080; keepalive 16; }
  upstream portal { server portal:8080; keepalive 16; }

  map $http_x_forwarded_proto $x_forwarded_proto {
    default $http_x_forwarded_proto;
    "" $scheme;
  }
"""
TLS = """\
    ssl_certificate /etc/cert/server.crt;
    ssl_certificate_key /etc/cert/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:\
ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers on;
    ssl_session_cache shared:SSL:10m;
    add_header Strict-Transport-Security "max-age=31536000; includeSubdomains; preload";
"""
GUARDS = """\
    add_header X-Frame-Options DENY;
    add_header Content-Security-Policy "frame-ancestors 'none'";
"""


def nginx_config(settings: Settings) -> str:
    """The whole nginx.conf: one server, and with TLS a second one that only redirects."""
    if not settings.https:
        return HEAD + _server("listen 8080;", GUARDS) + "}\n"
    served = _server("listen 8443 ssl;", TLS + GUARDS)
    return HEAD + served + _redirect(settings.https["port"]) + "}\n"


def portal_config() -> str:
    """nginx.conf of the portal: static files and nothing else."""
    head = HEAD[:HEAD.index("  upstream core")]
    return (head + "  include /etc/nginx/mime.types;\n  default_type text/plain;\n"
            "  server {\n    listen 8080;\n    server_name localhost;\n"
            "    root /usr/share/nginx/html;\n    index index.html;\n"
            "    location / { try_files $uri $uri/ /index.html; }\n"
            "    location = /index.html { add_header Cache-Control \"no-store\"; }\n  }\n}\n")


def _server(listen: str, lines: str) -> str:
    routes = "".join(f"    location {path} {{\n{FORWARD.format(service=service)}    }}\n"
                     for path, service in ROUTES.items())
    closed = "".join(f"    location {path} {{ return 404; }}\n" for path in CLOSED)
    return f"\n  server {{\n    {listen}\n    server_name _;\n{lines}{routes}{closed}  }}\n"


def _redirect(port: int) -> str:
    target = "https://$host" + ("" if port == 443 else f":{port}") + "$request_uri"
    return f"\n  server {{\n    listen 8080;\n    server_name _;\n    return 308 {target};\n  }}\n"
