"""The real window under Xvfb."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_real_window_from_search_to_pack(workspace: Path) -> None:
    xvfb = shutil.which("xvfb-run")
    if not xvfb:
        pytest.skip("xvfb-run is not installed (Debian: xvfb xauth)")
    command = [
        xvfb,
        "-a",
        "-s",
        "-screen 0 1440x900x24",
        sys.executable,
        "-m",
        "tests.ui.smoke",
        str(workspace),
    ]
    environment = {key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"}
    environment["PYTHONPATH"] = str(CHECKOUT / "src")
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=360, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1] == "smoke: done"
