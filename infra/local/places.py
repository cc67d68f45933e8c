"""Where the local stack listens and where it keeps its files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The tests bring up stacks of their own beside the one that a developer may be running.
LOCAL = Path(os.environ.get("RINGFENCE_LOCAL_FOLDER") or ROOT / ".local")
STATE = LOCAL / "state"
ISSUER = LOCAL / "issuer"
ENGINE_VENV = ROOT / ".local" / "engine"
ENGINE_LOG = LOCAL / "engine.log"
DATA_TEMPLATE = ROOT / "infra" / "data.yaml"

# Never 0.0.0.0: the engine holds its keys in clear and the desk acts as the wallet for whoever reaches it.
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """The three addresses of the stack, each moved by a variable of its own."""

    api: int = 8000
    desk: int = 8001
    engine: int = 4566

    @property
    def api_url(self) -> str:
        return f"http://{HOST}:{self.api}"

    @property
    def desk_url(self) -> str:
        return f"http://{HOST}:{self.desk}"

    @property
    def engine_url(self) -> str:
        return f"http://{HOST}:{self.engine}"

    @property
    def command(self) -> str:
        """How a shell in the repository calls the commands about the stack on these ports."""
        moved = [f"{name}={port}" for name, port in self.named().items() if port != Ports().named()[name]]
        return " ".join([*moved, ".venv/bin/python -m infra.local"])

    def named(self) -> dict[str, int]:
        """Each port under the variable that moves it."""
        return {"PORT": self.api, "DESK_PORT": self.desk, "ENGINE_PORT": self.engine}


def read_ports(environ: Mapping[str, str]) -> Ports:
    """The ports that PORT, DESK_PORT and ENGINE_PORT ask for are known to be three different usable numbers.

    Raises:
        ValueError: a variable is not a number from 1 to 65535, or two of them are equal.
    """
    defaults = Ports()
    chosen = {name: _port(name, environ.get(name) or str(port)) for name, port in defaults.named().items()}
    if len(set(chosen.values())) < len(chosen):
        raise ValueError(
            "PORT, DESK_PORT and ENGINE_PORT must differ: " + ", ".join(f"{k}={v}" for k, v in chosen.items())
        )
    return Ports(api=chosen["PORT"], desk=chosen["DESK_PORT"], engine=chosen["ENGINE_PORT"])


def _port(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise ValueError(f"{name} must be a port number from 1 to 65535")
    return int(text)
