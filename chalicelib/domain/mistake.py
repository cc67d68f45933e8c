"""What is wrong with the policy, and where."""


class Mistake(Exception):
    """A value of the policy is wrong; the loader adds the file and the line."""

    def __init__(self, path: tuple[str, ...], reason: str) -> None:
        super().__init__(f"{'.'.join(path)}: {reason}")
        self.path = path
        self.reason = reason


def demand(holds: bool, path: str, reason: str) -> None:
    """Returns if it holds.

    Raises:
        Mistake: it does not; `path` (dotted) says where, `reason` why.
    """
    if not holds:
        raise Mistake(tuple(path.split(".")), reason)
