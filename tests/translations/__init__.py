"""The Chinese words of the console: found in the source, kept in locale/, checked by tests."""
