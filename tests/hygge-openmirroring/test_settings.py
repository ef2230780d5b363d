"""What the store's table may say; every mistake is told by its key before anything is opened."""

import pytest
from mirrors import PLUGINS

from hygge_core import config as configuration
from hygge_core.config import structure
from hygge_core.errors import ConfigError
from hygge_openmirroring.plugin import hygge_stores
from hygge_openmirroring.settings import OpenMirroringStoreConfig

PLACE = {"workspace": "W", "mirror_name": "M", "table": "orders"}


def config(**told):
    return structure(OpenMirroringStoreConfig, PLACE | told)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"compression": "lz4"}, "compression"),
        ({"filesystem": "W"}, "a workspace, or a filesystem"),
        ({"workspace": None}, "workspace"),
        ({"row_marker": 4}, "set key_columns"),
        ({"row_marker": 3, "key_columns": "id"}, "row_marker"),
        ({"key_columns": ["__rowMarker__"]}, "is no key"),
        ({"folder_deletion_wait_seconds": 901.0}, "folder_deletion_wait_seconds"),
        ({"folder_deletion_wait_seconds": -1.0}, "folder_deletion_wait_seconds"),
        ({"table": "_hidden"}, "begin with _"),
        ({"table": "crm.schema"}, "for a schema"),
        ({"schema_name": "a/b"}, "without slashes"),
        ({"file_detection": "both"}, "file_detection"),
        ({"source_type": "SQL"}, "partner_name"),
        ({"starting_sequence": 0}, "starting_sequence"),
        ({"mirror_name": "a/b"}, "mirror_name"),
        ({"workspace": None, "filesystem": "a/b"}, "without '/'"),
        ({"workspace": "b1218984-0000-4000-8000-000000000001"}, "ids for both, or names for both"),
    ],
)
def test_a_mistake_is_told_by_its_key(told, said):
    with pytest.raises(ConfigError) as caught:
        config(**told)
    assert said in f"{caught.value} {caught.value.mistakes}"


def test_one_key_is_written_as_a_string_and_several_as_a_list():
    assert config(key_columns="id").key_columns == ("id",)
    assert config(key_columns=["a", "b"]).key_columns == ("a", "b")


def test_the_storages_word_for_a_workspace_will_do():
    told = {"filesystem": "My Team", "mirror_name": "M", "table": "t"}
    assert structure(OpenMirroringStoreConfig, told).container == "My Team"
    assert config(workspace="My Team").container == "My Team"


def test_where_it_is_and_where_its_journal_goes():
    (kind,) = hygge_stores()
    made = config(connection="fabric", schema_name="shop")
    assert kind.address(made) == "fabric:W/M/Files/LandingZone/shop.schema/orders"
    assert kind.journal_beside(made) == {
        "type": "parquet",
        "connection": "fabric",
        "filesystem": "W",
        "path": "M/Files/.hygge_journal",
    }


@pytest.mark.parametrize(
    ("incremental", "asked", "done"),
    [
        (None, "full_drop", "full_drop"),
        (True, "full_drop", "incremental"),
        (False, "incremental", "full_drop"),
    ],
)
def test_the_stores_word_on_the_kind_of_run_is_the_last(incremental, asked, done):
    (kind,) = hygge_stores()
    told = {} if incremental is None else {"incremental": incremental}
    assert kind.run_type(config(**told), asked) == done


JOURNAL = """
[journal]
type = "sqlite"
path = "journal.db"
"""
LOOKING_BACK = """
[flows.shop]
home = {{ type = "parquet", path = "in" }}
store = {{ type = "open_mirroring", workspace = "W", mirror_name = "M", key_columns = "id"{more} }}
run_type = "incremental"
watermark = {{ column = "at", primary_key = "id", lookback = "1h"{allowed} }}
[flows.shop.entities.orders]
"""


@pytest.fixture
def read(tmp_path):
    """The entities of a project that is this text, behind a journal."""

    def read(text):
        (tmp_path / "hygge.toml").write_text(JOURNAL + text)
        return configuration.load(start=tmp_path, plugins=PLUGINS).entities

    return read


def test_a_lookback_whose_rows_would_be_inserted_again_is_refused(read):
    def load(more="", allowed=""):
        return read(LOOKING_BACK.format(more=more, allowed=allowed))

    assert load()
    assert load(", row_marker = 1")
    assert load(", row_marker = 0", ", allow_duplicates = true")
    with pytest.raises(ConfigError) as caught:
        load(", row_marker = 0")
    (mistake,) = caught.value.mistakes
    assert mistake.path == "flows.shop.watermark.lookback"
    assert "row_marker = 0 inserts without looking for the keys" in mistake.problem


TWO_MIRRORS = """
[defaults]
run_type = "full_drop"
[flows.a]
home = {{ type = "parquet", path = "a" }}
store = {{ type = "open_mirroring", workspace = "W", mirror_name = "M", mirror_journal = true }}
[flows.a.entities.orders]
[flows.a.entities.lines]
[flows.b]
home = {{ type = "parquet", path = "b" }}
{journal}
[flows.b.store]
type = "open_mirroring"
workspace = "W"
mirror_name = "{name}"
mirror_journal = {shown}
"""


def test_a_journal_that_two_mirrors_would_show_is_refused(read):
    def load(shown="true", journal="", name="N"):
        return read(TWO_MIRRORS.format(shown=shown, journal=journal, name=name))

    assert load(shown="false")
    assert load(name="M")  # one table for all flows of a mirror
    assert load(journal='journal = { type = "sqlite", path = "other.db" }')
    with pytest.raises(ConfigError) as caught:
        load()
    (mistake,) = caught.value.mistakes
    assert mistake.path == "flows.b.store"
    for place in "MN":
        folder = f"W/{place}/Files/LandingZone/hygge.schema/hygge_journal"
        assert folder in mistake.problem
