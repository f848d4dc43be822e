"""The child process: reads requests on standard input, answers with safe HTML on standard output."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from hypercare_desk.adapters.markdown.renderer import receive, send

_MEMORY = 1 << 30


def main() -> None:
    """Answer until the other side closes the pipe."""
    from hypercare_desk.adapters.markdown.rendering import render

    # Whatever a library prints must not get between the messages.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr
    _bound_memory()
    render("# warm", None, "")
    send(answers, b"ready")
    while (message := receive(sys.stdin.buffer)) is not None:
        request: dict[str, Any] = json.loads(message)
        html = render(request["text"], request["resolve"], request["base"])
        send(answers, json.dumps({"html": html}).encode())


def _bound_memory() -> None:
    """A text that needs more than 1 GiB ends the child, not the machine."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
