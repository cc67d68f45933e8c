"""The box of imports in memory."""

from dataclasses import dataclass, field

from chalicelib.domain.import_part import report_name


@dataclass
class MemoryImportBox:
    """What lies in the box, by name."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str) -> bytes | None:
        return self.objects.get(name)

    def report(self, name: str, content: bytes) -> None:
        self.objects[report_name(name)] = content

    def remove(self, name: str) -> None:
        self.objects.pop(name, None)
