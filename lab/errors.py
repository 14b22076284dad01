"""What the lab says when it cannot go on."""


class LabError(Exception):
    """A sentence for the person who started the lab: what failed, on what, what to do."""
