"""One module per check of the self-test; a check looks and leaves evidence."""
