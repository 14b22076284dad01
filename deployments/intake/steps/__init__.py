"""The steps of an archive's way in."""
