"""What `provision` refuses."""


class Drift(Exception):
    """What exists is not what the template says."""
