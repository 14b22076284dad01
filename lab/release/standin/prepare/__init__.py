"""The one-shot `prepare`: turns harbor.yml into the configuration of every service."""
