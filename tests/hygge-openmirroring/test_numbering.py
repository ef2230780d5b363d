"""A number is given where everything agrees, and nowhere else."""

import pytest

from hygge_core.errors import StoreError
from hygge_openmirroring.zone.numbering import Seen, highest, next_number
from hygge_openmirroring.zone.record import TableRecord

RECORD = TableRecord(run_id="r", folder="etag", last=16, columns=())
GONE = Seen(place="orders", folder=None)


def seen(number=None, folder="etag", *, documented=True):
    return Seen(place="orders", folder=folder, highest=number, documented=documented)


@pytest.mark.parametrize(
    ("look", "record", "starting", "number"),
    [
        (GONE, None, None, 1),
        (GONE, None, 100, 1),  # whoever began at 100 would never be read
        (seen(16), RECORD, None, 17),
        (seen(16), None, None, 17),
        (seen(None), RECORD, None, 17),
        (seen(16, folder="other"), RECORD, 1, 17),
        (seen(None, documented=False), None, None, 1),  # made, and nothing was put into it
        (seen(None), None, 5, 5),
    ],
)
def test_the_next_number_follows_the_last_one(look, record, starting, number):
    assert next_number(look, record, starting) == number


@pytest.mark.parametrize(
    ("look", "record", "said"),
    [
        (GONE, RECORD, "is gone, and 16 files were published"),
        (seen(None), None, "nothing tells how many"),
        (seen(None, folder="other"), RECORD, "another folder"),
        (seen(17), RECORD, "has a file 17.*no further than 16.*somebody else writes"),
        (seen(15), RECORD, "no file beyond 15, but 16 was published"),
        (seen(16, documented=False), RECORD, "_metadata.json somebody has removed"),
        (seen(16, documented=False), None, "_metadata.json .* or not written yet"),
        (seen(None, documented=False), RECORD, "_metadata.json somebody has removed"),
        (seen(None, folder="other", documented=False), RECORD, "another folder"),
    ],
)
def test_where_two_sources_disagree_no_number_is_given(look, record, said):
    with pytest.raises(StoreError, match=said) as caught:
        next_number(look, record, None)
    assert caught.value.hint
    assert not caught.value.transient


def test_only_numbered_files_count():
    assert highest(["a/_x.parquet", f"a/{7:020}.parquet", f"a/{3:020}.parquet", "9.parquet"]) == 7
    assert highest(["_metadata.json"]) is None
