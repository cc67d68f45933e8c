"""Stylesheet and script. Their names carry a digest, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.web.page_request import PageRequest
from chalicelib.entrypoints.web.serving import Answer

FOLDER = Path(__file__).with_name("static")
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def _named() -> dict[str, Path]:
    """Each file under the name that it is served by, e.g. `page.0a1b2c3d4e5f.css`."""
    found = {}
    for file in sorted(FOLDER.iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        found[f"{file.stem}.{digest}{file.suffix}"] = file
    return found


def asset_path(home: str, name: str) -> str:
    """Where a browser finds the file.

    Args:
        home: the page's own path.
    """
    (served,) = (served for served, file in _named().items() if file.name == name)
    return f"{home}/static/{served}"


def serve(_: PageRequest, name: str) -> Answer:
    """The file of this name.

    Raises:
        NotFound: there is none, or no longer: after an update its name is another.
    """
    file = _named().get(name)
    if file is None:
        raise NotFound
    headers = {"Content-Type": MEDIA_TYPES[file.suffix], "Cache-Control": "public, max-age=31536000, immutable"}
    return Answer(file.read_text(encoding="utf-8"), 200, headers)
