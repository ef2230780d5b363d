"""The names of a landing zone, as Microsoft's pages give them."""

import pytest

from hygge_openmirroring.zone import layout
from hygge_openmirroring.zone.layout import Table, number_of, sequence_name, table_of


def test_a_sequential_name_has_twenty_digits_and_says_its_number_again():
    assert sequence_name(1) == "00000000000000000001.parquet"
    assert number_of("shop.schema/orders/00000000000000000016.parquet") == 16
    with pytest.raises(ValueError, match="20 digits"):
        sequence_name(10**20)
    with pytest.raises(ValueError, match="from 1"):
        sequence_name(0)


@pytest.mark.parametrize(
    "name", ["1.parquet", "0000000000000000001.parquet", "_00000000000000000001.parquet", "a"]
)
def test_other_names_have_no_number(name):
    assert number_of(name) is None


def test_a_table_has_one_folder_with_or_without_a_schema():
    assert Table("orders").folder == "orders"
    assert Table("orders", "shop").folder == "shop.schema/orders"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("orders/1.parquet", Table("orders")),
        ("shop.schema/orders/_metadata.json", Table("orders", "shop")),
        ("orders/_ProcessedFiles/1.parquet", Table("orders")),
        ("_partnerEvents.json", None),
        ("orders.parquet", None),
        ("shop.schema/stray.parquet", None),
        ("_scratchPad/x/1.parquet", None),
        ("shop.schema/_tmp/1.parquet", None),
    ],
)
def test_a_file_belongs_to_the_table_whose_folder_it_is_in(name, table):
    assert table_of(name) == table


def test_what_begins_with_an_underscore_is_hidden_wherever_it_stands():
    assert layout.is_hidden("orders/" + layout.temporary_name("run", 1))
    assert layout.is_hidden("_scratchPad/x.parquet")
    assert not layout.is_hidden("orders/" + layout.moment_name("run", 1))
