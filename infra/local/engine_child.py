"""Runs in the engine's own environment: serves until told to stop, or until the launcher is gone.

The engine saves its state on SIGTERM only. The launcher holds the other end of our standard input and never writes
to it: when it ends, however it ends, the read below returns and the engine stops as if it had been asked to.
"""

import os
import signal
import sys
import threading


def _stop_when_the_launcher_is_gone() -> None:
    # Not through the buffered reader: its lock, held here for ever, is fatal to an interpreter that ends.
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    # Found in the engine's environment only; this file is run by that environment's interpreter.
    from ministack.app import main  # type: ignore[import-not-found, unused-ignore]

    threading.Thread(target=_stop_when_the_launcher_is_gone, daemon=True).start()
    sys.argv = ["ministack"]
    main()
