"""Which fields of a form are shown, as the theme's scripts read it."""


def when(field: str, condition: str) -> str:
    """Shown while `condition` holds; always on a page where nobody can choose `field`."""
    return f"typeof {field} === 'undefined' || {condition}"
