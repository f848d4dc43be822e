"""A PostgreSQL cluster of the tests' own: made in a temporary folder, on a free port, gone afterwards.

The server refuses to run as root, so as root its programs run as the user ``postgres`` (which Debian's package makes)
or ``nobody``.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

_PROGRAMS = ("initdb", "pg_ctl", "postgres")


def programs() -> Path | None:
    """The folder of the server's programs, the newest version's, or None where PostgreSQL is not installed."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True
    )
    found = shutil.which("pg_ctl")
    folders = [*versions, *([Path(found).resolve().parent] if found else [])]
    return next((f for f in folders if all(os.access(f / name, os.X_OK) for name in _PROGRAMS)), None)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", folder.parent.name))


@contextmanager
def cluster(folder: Path) -> Generator[str, None, None]:
    """A running server under ``folder``; gives the URL of its ``postgres`` database, without the database's name."""
    found = programs()
    assert found is not None
    runner = _Runner(found)
    runner.own(folder)
    data = folder / "data"
    runner.run(
        "initdb", "-D", str(data), "-U", "desk", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
    )
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    log = str(folder / "server.log")
    runner.run("pg_ctl", "-D", str(data), "-l", log, "-w", "-t", "60", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://desk@127.0.0.1:{port}/"
    finally:
        runner.run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


class _Runner:
    """Runs the server's programs as a user who may."""

    def __init__(self, found: Path) -> None:
        self._programs = found
        self._user = _unprivileged() if os.geteuid() == 0 else None

    def own(self, folder: Path) -> None:
        """Make the folder, for the user who will run the server."""
        folder.mkdir(parents=True)
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def run(self, program: str, *arguments: str) -> None:
        environment: Mapping[str, str] = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": "/"}
        user = self._user
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            env=dict(environment),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("There is no user to run PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
