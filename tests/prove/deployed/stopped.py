"""What a walk that does not end well ends with."""


class Stopped(Exception):
    """The walk went no further than this step."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
