"""The child process that makes one pack: snapshot on standard input, progress as JSON lines on standard output.

Run as ``python -m hypercare_desk.adapters.pdf.worker KB PART``. It ends at once when its parent goes away, and is
held to a limit of memory, so that no pack can take a machine down.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

MEMORY_BYTES = 8 * 1024**3


def main(arguments: list[str]) -> int:
    """Make the pack that standard input holds; returns the exit status."""
    kb, part = Path(arguments[0]), Path(arguments[1])
    voice = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def say(**message: object) -> None:
        voice.write(json.dumps(message).encode() + b"\n")

    snapshot = _read_snapshot(sys.stdin.buffer)
    threading.Thread(target=_die_with_parent, args=(sys.stdin.buffer, part), daemon=True).start()
    _limit_memory()
    gc.disable()  # millions of boxes live until the end anyway; looking for garbage among them costs a fifth
    try:
        from hypercare_desk.adapters.pdf.document import write_pdf

        pages = write_pdf(
            snapshot, kb, part, lambda done, total, what: say(done=done, total=total, what=what)
        )
    except MemoryError:
        say(fault="memory", detail="")
    except OSError as fault:
        if "cannot load library" in str(fault):
            say(fault="pango", detail=str(fault).splitlines()[0][:300])
        else:
            say(fault="disk", errno=fault.errno, detail=fault.strerror or str(fault)[:300])
    else:
        say(pages=pages)
        return 0
    return 1


def _read_snapshot(pipe: BinaryIO) -> str:
    length = int(pipe.readline())
    return pipe.read(length).decode()


def _die_with_parent(pipe: BinaryIO, part: Path) -> None:
    """The parent holds the other end open for as long as it lives."""
    pipe.read()
    with suppress(OSError):
        part.unlink(missing_ok=True)
    os._exit(1)


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # What is left is memory; handing it back box by box would take seconds.
    sys.stderr.flush()
    os._exit(status)
