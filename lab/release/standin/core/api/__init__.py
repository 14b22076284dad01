"""The parts of the REST API v2.0, one module per subject."""
