"""The documents of a landing zone say what is documented, and are read however they are spelled."""

import pytest

from hygge_openmirroring.zone.documents import (
    BadDocument,
    Metadata,
    PartnerEvents,
    SchemaColumn,
    SchemaDocument,
)

DOCUMENTS = [
    Metadata(),
    Metadata(key_columns=("id", "part"), file_detection="timestamp", upsert_by_default=True),
    PartnerEvents(partner_name="contoso"),
    PartnerEvents(partner_name="contoso", source_type="SQL", source_version="2022"),
    SchemaDocument((SchemaColumn(name="id", type="long"),)),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=repr)
def test_a_document_is_read_back_as_it_was_written(document):
    assert type(document).parse(document.plain()) == document


def test_the_words_are_those_of_the_specification():
    plain = Metadata(key_columns=("id",), upsert_by_default=True).plain()
    assert plain == {
        "keyColumns": ["id"],
        "fileDetectionStrategy": "SequentialFileName",
        "isUpsertDefaultRowMarker": True,
    }
    assert PartnerEvents(partner_name="c", source_type="SQL").plain() == {
        "partnerName": "c",
        "sourceInfo": {"sourceType": "SQL"},
    }


def test_what_the_document_leaves_out_is_the_default():
    assert Metadata.parse({}) == Metadata()


def test_property_names_are_read_whatever_their_case_and_others_are_passed_over():
    spelled = {"KeyColumns": ["id"], "SchemaDefinition": {}, "FILEDETECTIONSTRATEGY": None}
    del spelled["FILEDETECTIONSTRATEGY"]
    assert Metadata.parse(spelled) == Metadata(key_columns=("id",))


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ([], "expected an object"),
        ({"keyColumns": "id"}, "keyColumns"),
        ({"keyColumns": [1]}, "keyColumns"),
        ({"fileDetectionStrategy": "Other"}, "fileDetectionStrategy.*'Other'"),
        ({"isUpsertDefaultRowMarker": "true"}, "isUpsertDefaultRowMarker"),
    ],
)
def test_metadata_that_says_something_else_is_refused_by_name(plain, said):
    with pytest.raises(BadDocument, match=said):
        Metadata.parse(plain)


@pytest.mark.parametrize("plain", [{}, {"partnerName": ""}, {"partnerName": 7}])
def test_partner_events_name_a_partner(plain):
    with pytest.raises(BadDocument, match="partnerName"):
        PartnerEvents.parse(plain)


@pytest.mark.parametrize("plain", [{}, {"columns": [{"name": "a"}]}, {"columns": ["a"]}])
def test_a_schema_names_its_columns_and_their_types(plain):
    with pytest.raises(BadDocument, match="columns"):
        SchemaDocument.parse(plain)
