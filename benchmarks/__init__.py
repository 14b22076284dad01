"""How fast the console is, measured beside what people would do without it."""
