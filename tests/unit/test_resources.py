"""The shipped files are found, and a missing one is named."""

import pytest

from hypercare_desk import resources


def test_resources_lie_in_the_checkout_or_the_wheel() -> None:
    assert resources.resource("README.md").is_file()


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"pack/nothing\.css"):
        resources.resource("pack", "nothing.css")
