"""Programs of the Harbor stand-in: small replacements that keep Harbor's outside contract."""
