"""The Archive port in memory."""

from dataclasses import dataclass, field


@dataclass
class MemoryArchive:
    """What was put first under each name."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, content: bytes) -> bytes:
        return self.objects.setdefault(name, content)
