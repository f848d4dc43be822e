import pytest

from hypercare_desk.adapters.pdf import wording


@pytest.mark.parametrize(
    "seconds, words",
    [
        (None, "–"),
        (0, "0 min"),
        (59, "1 min"),
        (3600, "1 h"),
        (22_320, "6 h 12 min"),
        (25_500, "7 h 05 min"),
        (86_400, "1 d"),
        (158_400, "1 d 20 h"),
    ],
)
def test_elapsed_time_in_its_two_largest_units(seconds, words):
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    "value, unit, words",
    [
        (None, "%", "none yet"),
        (90.0, "%", "90 %"),
        (90.91, "%", "90.91 %"),
        (0.18, "%", "0.18 %"),
        (688.04, "ms", "688 ms"),
        (10.6, "", "10.6"),
        (-0.01, "", "-0.01"),
        (0.0, "days", "0 d"),
        (1_000_000.0, "", "1000000"),
    ],
)
def test_amounts_have_their_unit_and_no_needless_digits(value, unit, words):
    assert wording.amount(value, unit) == words


def test_a_rule_reads_as_people_write_it():
    assert wording.rule("<=", 15, "count") == "≤ 15"


def test_days_and_times_are_those_of_the_workspace():
    moment, clock = wording.moments("Europe/Berlin")
    assert moment("2026-11-18T23:30:00+00:00") == "19 Nov 2026, 00:30"
    assert clock("2026-07-01T10:00:00+00:00") == "12:00"
    assert wording.weekday("2026-11-18") == "Wed 18 Nov 2026"
    assert wording.short_day("2026-11-08T00:00:00+00:00") == "8 Nov"
    assert (moment(""), wording.day("")) == ("", "")


def test_a_zone_this_machine_does_not_know_is_utc():
    moment, _ = wording.moments("Mars/Olympus")
    assert moment("2026-11-18T12:00:00+00:00") == "18 Nov 2026, 12:00"


def test_an_unknown_state_is_shown_as_it_is():
    assert (wording.label("fix-deployed"), wording.hue("x"), wording.sign("x")) == (
        "Fix deployed",
        "slate",
        "no-data",
    )


def test_every_states_icon_is_shipped():
    from hypercare_desk.resources import resource

    css = resource("pack", "pack.css").read_text("utf-8")
    for _, _, sign in wording.STATES.values():
        assert f".i-{sign}" in css
        assert resource("pack", "icons", f"{'p4' if sign == 'p5' else sign}.svg").is_file()
