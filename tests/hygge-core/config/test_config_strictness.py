"""Tables become config classes, or every mistake in them is said at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import field, frozen
from attrs.validators import ge, in_, le, matches_re, max_len, min_len, optional

from hygge_core.config import structure
from hygge_core.errors import ConfigError, PluginError
from hygge_core.fields import ConnectionName, Secret, Spelled, TypeWord, one_or_many


@frozen(kw_only=True)
class Inner:
    count: int
    word: Literal["ab", "cd"] = "ab"


def _odd(inst: Any, attribute: Any, value: int) -> None:
    if value % 2 == 0:
        raise ValueError(f"{value} is not odd")


@frozen(kw_only=True)
class Everything:
    flag: bool = False
    count: int = field(default=1, validator=[ge(1), le(9)])
    odd: int = field(default=1, validator=_odd)
    ratio: float = 0.5
    text: str = field(default="x", validator=[min_len(1), max_len(5)])
    code: str | None = field(default=None, validator=optional(matches_re(r"[a-z]+")))
    host: str | None = field(default=None, validator=optional(Spelled(r"[^,]+", "with no comma")))
    unit: str = field(default="m", validator=in_(("m", "s")))
    path: Path | None = None
    wait: timedelta | None = None
    secret: Secret | None = None
    connection: ConnectionName | None = None
    words: tuple[str, ...] = ()
    pair: tuple[int, str] | None = None
    keys: tuple[str, ...] = field(default=(), converter=one_or_many)
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    counts: dict[str, int] = field(factory=dict)
    types: dict[str, TypeWord] = field(factory=dict)
    many: bool | int | str = 0
    either: str | tuple[str, ...] = ""
    anything: Any = None
    schema_: str = field(default="", alias="schema")


def complaints(table: dict[str, Any], cls: type = Everything) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        structure(cls, table)
    return [str(each) for each in caught.value.mistakes]


def test_values_become_what_their_fields_are():
    made = structure(
        Everything,
        {
            "flag": True,
            "count": 3,
            "ratio": 2,
            "path": "a/b",
            "wait": "1h 30m",
            "secret": {"env": "A"},
            "connection": "erp",
            "words": ["a"],
            "pair": [1, "b"],
            "keys": "Id",
            "inner": {"count": 1},
            "inners": [{"count": 2, "word": "cd"}],
            "counts": {"a": 1},
            "types": {"price": "decimal(18,2)"},
            "many": "s",
            "either": ["a"],
            "anything": [1, {"b": None}],
            "schema": "dbo",
        },
    )
    assert made.ratio == 2.0
    assert isinstance(made.ratio, float)
    assert made.path == Path("a/b")
    assert made.wait == timedelta(minutes=90)
    assert made.secret == Secret(env="A")
    assert made.keys == ("Id",)
    assert made.pair == (1, "b")
    assert made.inners == (Inner(count=2, word="cd"),)
    assert made.either == ("a",)
    assert made.schema_ == "dbo"


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("flag", "no", "expected true or false, found the string 'no'"),
        ("flag", 1, "expected true or false, found the integer 1"),
        ("count", "8", "expected an integer of at least 1 and of at most 9, found the string '8'"),
        ("count", 1.9, "expected an integer of at least 1 and of at most 9, found the number 1.9"),
        ("count", True, "expected an integer of at least 1 and of at most 9, found true"),
        ("count", 0, "expected an integer of at least 1 and of at most 9, found the integer 0"),
        (
            "count",
            2**63,
            f"expected an integer of at least 1 and of at most 9, found the integer {2**63}",
        ),
        ("odd", 4, "4 is not odd"),
        ("ratio", "1.5", "expected a number, found the string '1.5'"),
        ("ratio", False, "expected a number, found false"),
        (
            "text",
            5,
            "expected a string that is not empty and no longer than 5, found the integer 5",
        ),
        (
            "text",
            "",
            "expected a string that is not empty and no longer than 5, found the string ''",
        ),
        ("code", "A1", "expected a string that matches '[a-z]+', found the string 'A1'"),
        ("host", "a,1", "expected a string with no comma, found the string 'a,1'"),
        ("unit", "h", "expected a string that is 'm' or 's', found the string 'h'"),
        ("path", "", "expected a path, found the string ''"),
        ("path", "a\0b", "expected a path, found the string 'a\\x00b'"),
        (
            "wait",
            90,
            "expected a duration such as '90s', '15m', '2h' or '180d', found the integer 90",
        ),
        (
            "wait",
            "90",
            "expected a duration such as '90s', '15m', '2h' or '180d', found the string '90'",
        ),
        (
            "wait",
            "9" * 30 + "d",
            "expected a duration such as '90s', '15m', '2h' or '180d', "
            f"found the string '{'9' * 30}d'",
        ),
        ("connection", [], "expected the name of a connection, found an empty array"),
        ("words", "a", "expected an array of strings, found the string 'a'"),
        ("words", {"a": 1}, "expected an array of strings, found a table"),
        ("pair", [1], "expected an array of 2, found an array"),
        ("keys", 5, "expected a string or an array of strings, found the integer 5"),
        ("inner", 5, "expected a table, found the integer 5"),
        ("counts", [1], "expected a table, found an array"),
        ("many", 1.5, "expected true or false, an integer or a string, found the number 1.5"),
    ],
)
def test_a_value_of_another_type_is_refused(key, value, problem):
    assert complaints({key: value}) == [f"{key}: {problem}"]


def test_mistakes_inside_are_named_with_their_whole_path():
    table = {
        "inner": {"count": "1", "word": "ba"},
        "inners": [{"count": 1}, {"cuont": 1}],
        "counts": {"a b": None},
        "types": {"price": "decimal(18", "token": 5},
        "words": ["a", 1],
        "keys": ["a", 2],
    }
    assert complaints(table) == [
        "inner.count: expected an integer, found the string '1'",
        "inner.word: expected 'ab' or 'cd', found the string 'ba'",
        "inners[1].cuont: not a known setting; did you mean 'count'?",
        "inners[1].count: expected an integer, found nothing",
        'counts."a b": expected an integer, found nothing',
        "types.price: 'decimal(18' is not a type: expected ',', found the end; such as "
        "'decimal(38,4)'",
        "types.token: expected a type such as 'int64', 'decimal(18,2)' or 'datetime[us]', found "
        "an integer (***)",
        "words[1]: expected a string, found the integer 1",
        "keys[1]: expected a string, found the integer 2",
    ]


def test_an_unknown_key_is_refused_with_what_was_meant_or_what_there_is():
    assert complaints({"conut": 1}) == ["conut: not a known setting; did you mean 'count'?"]
    assert complaints({"zzz": 1, "count": 1}, Inner) == [
        "zzz: not a known setting; known here: count, word"
    ]


def test_what_is_no_table_at_all_is_refused():
    with pytest.raises(ConfigError, match="expected a table, found the integer 5"):
        structure(Inner, 5, place="home x")  # type: ignore[arg-type]


def test_mistakes_are_prefixed_with_their_place():
    with pytest.raises(ConfigError, match=r"^home parquet: count: expected"):
        structure(Inner, {"count": ""}, place="home parquet")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("hunter2", 'expected a table { env = "NAME" } or { file = "PATH" }, found a string (***)'),
        ({}, 'expected a table { env = "NAME" } or { file = "PATH" }, found neither'),
        (
            {"env": "A", "file": "b"},
            'expected a table { env = "NAME" } or { file = "PATH" }, found both',
        ),
    ],
)
def test_a_secret_is_a_table_with_one_place(value, problem):
    assert complaints({"secret": value}) == [f"secret: {problem}"]


def test_a_secret_that_stands_there_itself_is_never_quoted():
    for value in ("hunter2", {"value": "hunter2"}, {"env": ["hunter2"]}, ["hunter2"]):
        assert "hunter2" not in "".join(complaints({"secret": value}))
    assert "hunter2" not in "".join(complaints({"count": "https://u:hunter2@host/"}))
    assert "hunter2" not in "".join(complaints({"count": "Server=x;Password=hunter2;"}))


@frozen(kw_only=True)
class Related:
    low: int = field(default=0, validator=ge(0))
    high: int = field(default=1)
    token: str = field(default="")

    @high.validator
    def _above(self, _: Any, value: int) -> None:
        if value <= self.low:
            raise ValueError(f"{value} is not above low = {self.low}")

    @token.validator
    def _no_token(self, _: Any, value: str) -> None:
        if value:
            raise KeyError(value)

    def __attrs_post_init__(self) -> None:
        if self.high > 100:
            raise ValueError("too high altogether")


def test_validators_see_the_other_fields_and_all_of_them_are_asked():
    assert complaints({"low": 5, "high": 3}, Related) == ["high: 3 is not above low = 5"]
    assert complaints({"low": -1, "high": -2}, Related) == [
        "low: expected an integer of at least 0, found the integer -1",
        "high: -2 is not above low = -1",
    ]
    assert complaints({"low": "a", "high": 3}, Related) == [
        "low: expected an integer of at least 0, found the string 'a'"
    ]
    assert complaints({"low": "a", "high": 0}, Related) == [
        "low: expected an integer of at least 0, found the string 'a'"
    ]


def test_whatever_a_plugins_own_code_raises_is_a_mistake_at_its_key():
    assert complaints({"high": 101}, Related) == ["too high altogether"]
    assert complaints({"token": "hunter2"}, Related) == ["token: not what is accepted here"]


@frozen
class Strange:
    when: complex = 0j


@frozen
class Unresolved:
    when: Nowhere = None  # type: ignore[name-defined]  # noqa: F821  # what this test is about


@pytest.mark.parametrize("cls", [Strange, Unresolved])
def test_a_class_that_toml_cannot_fill_is_its_plugins_fault(cls):
    with pytest.raises(PluginError, match=cls.__name__):
        structure(cls, {"when": 1})


def _no_zero(value: int) -> int:
    return 10 // value


@frozen(kw_only=True)
class Converted:
    tenth: int = field(default=1, converter=_no_zero)
    pairs: tuple[tuple[int, ...], ...] = ()
    modes: tuple[Literal["a", "b"], ...] = ()
    mixed: tuple[int | str, ...] = ()
    tables: tuple[Inner, ...] = ()


def test_whatever_a_converter_raises_is_a_mistake_at_its_key():
    assert structure(Converted, {"tenth": 5}).tenth == 2
    assert complaints({"tenth": 0}, Converted)[0].startswith("tenth: integer division")
    assert complaints({"tenth": "5"}, Converted) == [
        "tenth: expected an integer, found the string '5'"
    ]


def test_what_arrays_hold_is_said():
    assert complaints({"pairs": 1, "modes": 1, "mixed": 1, "tables": 1}, Converted) == [
        "pairs: expected an array of arrays, found the integer 1",
        "modes: expected an array of 'a' or 'b', found the integer 1",
        "mixed: expected an array of integers or strings, found the integer 1",
        "tables: expected an array of tables, found the integer 1",
    ]
