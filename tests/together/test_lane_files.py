"""Files in the file lane that are not what they seem, or change while they are copied."""

import base64
import hashlib
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest
from lanes import BY_ID, put, rows

from hygge_core.files.disk import pieces
from hygge_core.files.parquet import given
from hygge_core.files.stores import store as stores


@pytest.fixture
def one_file(household) -> Path:
    """A project with one file to hand over, in many row groups."""
    household.toml(ONE_FILE)
    path = household.root / "in/a.parquet"
    put(path, rows(1, 1000), row_group_size=100)
    return path


ONE_FILE = """
[flows.f]
home = { type = "parquet", path = "in" }
store = { type = "parquet", path = "out" }
"""


def test_a_handed_over_file_is_the_file_and_its_digest_is_recorded(household, one_file):
    result = household.move()
    [(name, digest)] = household.snapshot().items()
    assert digest == hashlib.sha256(one_file.read_bytes()).hexdigest()
    [record] = household.records()
    [part] = record.manifest.parts
    assert (part.sha256, part.rows, part.final) == (digest, 1000, f"out/{name}")
    assert (record.manifest.lane, result.lane, result.why_rows) == ("files", "files", "")
    [event] = [event for event in household.told() if event.event_type == "complete"]
    assert (event.metadata["lane"], event.metadata["why_rows"]) == ("files", "")


def test_why_rows_were_read_is_said_and_journalled(household, one_file):
    put(one_file, rows(1, 9), compression="snappy")
    why = '1 of 1 files: snappy, and the store writes zstd (compression = "snappy" would keep it)'
    assert household.move().why_rows == why
    [event] = [event for event in household.told() if event.event_type == "complete"]
    assert (event.metadata["lane"], event.metadata["why_rows"]) == ("rows", why)
    assert f"f: read rows: {why}" in household.call("-v", "run").err


@pytest.mark.parametrize("lane", ["auto", "rows"])
@pytest.mark.parametrize("cut", [1, 4, 8, 2000])
def test_a_file_that_was_cut_short_is_refused_whichever_the_lane(household, one_file, cut, lane):
    one_file.write_bytes(one_file.read_bytes()[:-cut])
    result = household.move(sets=[f"flows.f.lane={lane}"])
    assert result.outcome == "fail"
    assert str(one_file) in result.failure.text
    assert household.leftovers() == []


def test_a_file_with_a_hole_cut_out_of_it_is_refused(household, one_file):
    """Its footer is whole, and tells of columns where the footer itself is by now."""
    whole = one_file.read_bytes()
    one_file.write_bytes(whole[:4] + whole[20_000:])
    result = household.move()
    assert result.outcome == "fail"
    assert "lies beyond the file's end" in result.failure.text


def test_a_bit_that_had_flipped_in_a_page_arrives_as_it_was(household, one_file):
    """As with ``cp``: pages are not looked into. What was copied is known for good."""
    whole = bytearray(one_file.read_bytes())
    whole[2000] ^= 1
    one_file.write_bytes(whole)
    result = household.move()
    assert (result.outcome, result.lane) == ("complete", "files")
    [digest] = household.snapshot().values()
    assert digest == hashlib.sha256(whole).hexdigest()
    assert household.records()[0].manifest.parts[0].sha256 == digest


def test_a_footer_that_promises_a_watermark_which_no_row_has_is_refused(household, one_file):
    """Taken at its word, it would hide every row up to there from the runs to come."""
    household.toml(ONE_FILE + BY_ID)
    whole = one_file.read_bytes()
    length = int.from_bytes(whole[-8:-4], "little") + 8
    footer = whole[-length:].replace((1000).to_bytes(8, "little"), (1001).to_bytes(8, "little"))
    assert footer != whole[-length:]
    one_file.write_bytes(whole[:-length] + footer)
    result = household.move()
    assert "its footer tells of id = 1001, but no row has that" in result.failure.text
    assert household.leftovers() == []
    assert not (household.root / "out").exists()


@pytest.mark.parametrize("plain", [True, False])
def test_an_encrypted_file_is_refused_and_does_not_end_the_process(household, one_file, plain):
    encrypt(one_file, plain_footer=plain)
    household.toml(ONE_FILE + BY_ID)
    done = household.hygge("run")
    assert done.code == 1
    assert f"{one_file}: cannot be read" in done.err


def encrypt(path: Path, *, plain_footer: bool) -> None:
    class Keys(pe.KmsClient):
        def wrap_key(self, key_bytes, master_key_identifier):
            return base64.b64encode(key_bytes)

    factory = pe.CryptoFactory(lambda _: Keys())
    how = pe.EncryptionConfiguration(
        footer_key="k", column_keys={"k": ["id"]}, plaintext_footer=plain_footer
    )
    keys = factory.file_encryption_properties(pe.KmsConnectionConfig(), how)
    table = rows(1, 9).select("id", "at").to_arrow()
    with pq.ParquetWriter(path, table.schema, encryption_properties=keys) as writer:
        writer.write_table(table)


def test_a_file_replaced_while_it_is_copied_is_tried_again(household, one_file, monkeypatch):
    """The footer that was looked at must be the footer that arrived."""
    pieces_of = given.pieces_of
    replaced = []

    def slow(opened):
        if not replaced:
            replaced.append(True)
            put(one_file, rows(1, 1010), row_group_size=100)
        return pieces_of(opened)

    monkeypatch.setattr(given, "pieces_of", slow)
    result = household.move(sets=["retry.max_wait=0s"])
    assert (result.outcome, result.rows_written) == ("complete", 1010)
    assert household.ids() == list(range(1, 1011))


def test_a_file_that_vanishes_while_it_is_copied_is_the_homes_failure_and_looked_for_again(
    household, one_file, monkeypatch
):
    """As a full_drop replaces a directory: what is there then has other names."""
    pieces_of = given.pieces_of

    def late(opened):
        one_file.unlink(missing_ok=True)
        return pieces_of(opened)

    monkeypatch.setattr(given, "pieces_of", late)
    result = household.move(sets=["retry.attempts=1"])
    assert result.failure.kind == "HomeError"
    assert f"{one_file}: not found" in result.failure.text
    assert household.leftovers() == []

    def replaced(opened):
        put(one_file.with_name("b.parquet"), rows(1, 11))
        return late(opened)

    put(one_file, rows(1, 1010))
    monkeypatch.setattr(given, "pieces_of", replaced)
    result = household.move(sets=["retry.max_wait=0s"])
    assert (result.outcome, result.rows_written) == ("complete", 11)


def test_a_copy_can_be_stopped_in_the_middle_of_a_file(household, one_file, monkeypatch):
    monkeypatch.setattr(pieces, "_PIECE_BYTES", 1024)
    coordinators = []
    pieces_of = given.pieces_of

    def watched(opened):
        for number, piece in enumerate(pieces_of(opened)):
            if number == 3:
                coordinators[0].cancel.request("enough")
            yield piece

    monkeypatch.setattr(given, "pieces_of", watched)
    [result] = household.run(meanwhile=coordinators.append).results
    assert result.outcome == "cancelled"
    assert household.leftovers() == []
    assert not (household.root / "out").exists()


def test_blocks_are_shared_where_the_file_system_can_and_digested_all_the_same(
    household, one_file, monkeypatch
):
    def sharing(source, target):
        shutil.copyfile(source, target)
        return True

    monkeypatch.setattr(stores, "cloned", sharing)
    assert household.move().lane == "files"
    [digest] = household.snapshot().values()
    [record] = household.records()
    assert record.manifest.parts[0].sha256 == digest
