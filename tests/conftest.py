"""What every test may use: the real data when it is there, a frozen clock, a workspace folder of its own."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parents[1]

# Deadlines measure the machine, not the code; two shared cores make them fail at random.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A change is judged by the same cases each time; whoever runs the tests by hand looks for new ones.
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


class FrozenClock:
    """A clock that stands still until it is moved; implements `services.ports.Clock`."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The time it was set to, in UTC."""
        return self._now

    def today(self) -> date:
        """The day it is in UTC."""
        return self._now.date()

    def advance(self, **parts: float) -> datetime:
        """Move forward by a timedelta given in its parts (`hours=4`), and tell the new time."""
        self._now += timedelta(**parts)
        return self._now

    def set(self, moment: datetime) -> None:
        """Stand at another moment, which must know its zone."""
        if moment.tzinfo is None:
            raise ValueError("The frozen clock needs a time with a zone")
        self._now = moment.astimezone(UTC)


@pytest.fixture
def clock() -> FrozenClock:
    """Wednesday 18 November 2026, 09:00 UTC: the third week after the demonstration's go-live."""
    return FrozenClock(datetime(2026, 11, 18, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; a test that needs it is skipped where it is absent.

    `HYPERCARE_DESK_SHARED_DATA` names another place.
    """
    named = os.environ.get("HYPERCARE_DESK_SHARED_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(
            f"shared_data: no real data at {folder} (set HYPERCARE_DESK_SHARED_DATA to use another place)"
        )
    return folder


@pytest.fixture
def workspace_folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet, for a workspace; its name holds a blank, as people's folders do."""
    return tmp_path / "order to cash"


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the whole run: indexes are keyed by workspace, and font caches are slow to make."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def private_surroundings(
    cache_folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Caches, settings and the last opened workspace of the person who runs the tests are never touched."""
    home = tmp_path_factory.mktemp("home")
    places = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "XDG_CACHE_HOME": cache_folder,
        "MPLCONFIGDIR": cache_folder / "matplotlib",
    }
    for variable, place in places.items():
        monkeypatch.setenv(variable, str(place))
    for variable in (
        "HYPERCARE_DESK_WORKSPACE",
        "HYPERCARE_DESK_DATABASE_URL",
        "SOURCE_DATE_EPOCH",
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("NO_COLOR", "1")
