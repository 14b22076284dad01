"""Steps of this room."""
