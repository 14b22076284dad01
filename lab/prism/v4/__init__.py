"""The v4 API of Prism Central: one module per subject, one gateway in front."""
