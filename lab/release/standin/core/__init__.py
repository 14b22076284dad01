"""The API, the sign-in, the token service and the door to the registry."""
