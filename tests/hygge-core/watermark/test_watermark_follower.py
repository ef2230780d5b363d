"""Incremental runs of a home that follows its own log: asked from where it said that it was."""

from __future__ import annotations

import pytest

from hygge_core.errors import FlowError
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Mark, Watermark
from hygge_core.task import WatermarkSetting
from hygge_core.watermark import Follower, Tracker

LOG = WatermarkSetting(kind="log")


def test_a_home_that_follows_is_asked_from_where_it_said_that_it_was():
    first = Follower(LOG, None)
    assert first.whole
    assert first.changes(Mark("log", "5")).since is None
    kept = from_json(to_json(first.after()), Watermark)
    assert kept == Watermark(kind="log", mark=Mark("log", "5"))
    second = Follower(LOG, kept)
    assert not second.whole
    assert second.changes().since == Mark("log", "5")


@pytest.mark.parametrize(
    ("follow", "setting", "before"),
    [
        (Follower, LOG, Watermark(column="log")),
        (Follower, LOG, Watermark(kind="other")),
        (Tracker, WatermarkSetting(column="log"), Watermark(kind="log")),
    ],
)
def test_a_watermark_of_another_kind_stops_the_run(follow, setting, before):
    with pytest.raises(FlowError, match="the watermark is kept for"):
        follow(setting, before)
