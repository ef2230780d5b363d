"""Which files make a project, and what is said of files that cannot be read."""

from __future__ import annotations

import os

import pytest

from hygge_core.errors import ConfigError

FLOW = """
home = { type = "parquet", path = "in" }
store = { type = "parquet", path = "out" }
"""


def flow(name: str) -> str:
    return f"[flows.{name}]{FLOW}"


def test_the_nearest_hygge_toml_above_is_the_project(desk):
    desk.write(flow("a"))
    below = desk.root / "some" / "where"
    below.mkdir(parents=True)
    project = desk.load(start=below)
    assert project.root == desk.root
    assert project.file == desk.root / "hygge.toml"
    assert project.name == desk.root.name
    with pytest.raises(ConfigError, match=r"there is no directory .*nosuch"):
        desk.load(start=below / "nosuch")  # and not the project above it


def test_no_hygge_toml_is_said_with_what_makes_one(desk):
    with pytest.raises(ConfigError, match=r"no hygge\.toml in") as caught:
        desk.load()
    assert "hygge init" in caught.value.hint


def test_a_given_file_is_the_project_whatever_its_name(desk):
    desk.write(flow("a"), "elsewhere/other.toml")
    project = desk.load(file=desk.root / "elsewhere" / "other.toml")
    assert project.root == desk.root / "elsewhere"


@pytest.mark.parametrize(("name", "problem"), [("no.toml", "No such file"), (".", "directory")])
def test_a_given_file_that_is_none_is_a_mistake(desk, name, problem):
    [mistake] = desk.mistakes(file=desk.root / name)
    assert problem in mistake.problem


def test_files_in_flows_hold_what_stands_under_their_flow_and_entity(desk):
    desk.write("[project]\nname = 'contoso'")
    desk.write(FLOW, "flows/shop.toml")
    desk.write("home = { batch_rows = 7 }", "flows/shop/orders.toml")
    desk.write("", "flows/shop/items.toml")
    project = desk.load()
    assert [each.name for each in project.entities] == ["shop.items", "shop.orders"]
    items, orders = project.entities
    assert orders.home.table["batch_rows"] == 7
    assert "batch_rows" not in items.home.table


def test_paths_are_relative_to_the_file_that_they_stand_in(desk):
    desk.write("[flows.shop]\nstore = { type = 'parquet', path = '../out/{entity}' }")
    desk.write("home = { type = 'parquet', path = 'in/{entity}' }", "flows/shop.toml")
    desk.write("home = { path = 'here' }", "flows/shop/orders.toml")
    desk.write("", "flows/shop/items.toml")
    items, orders = desk.load().entities
    assert items.home.table["path"] == str(desk.root / "flows" / "in" / "items")
    assert orders.home.table["path"] == str(desk.root / "flows" / "shop" / "here")
    assert orders.store.table["path"] == str(desk.root.parent / "out" / "orders")


def test_the_same_key_in_two_files_is_a_mistake_naming_both(desk):
    desk.write(flow("shop"))
    desk.write("home = { path = 'there' }", "flows/shop.toml")
    assert desk.complaints() == [
        "flows/shop.toml: home.path: set in hygge.toml: flows.shop.home.path already"
    ]


def test_a_missing_home_is_said_of_the_flow_and_not_of_an_entitys_file(desk):
    desk.write("[flows.shop]\nstore = { type = 'parquet', path = 'out' }")
    desk.write("tags = ['a']", "flows/shop/orders.toml")
    assert desk.complaints() == [
        "hygge.toml: flows.shop.home: expected a table with the type of the home, found nothing"
    ]


def test_a_file_too_deep_in_flows_is_not_passed_over(desk):
    desk.write(flow("a"))
    desk.write("", "flows/a/b/c.toml")
    [mistake] = desk.mistakes()
    assert mistake.file == "flows/a/b/c.toml"


@pytest.mark.parametrize("name", ["b.yaml", "a/orders.yml", "b.TOML", "a/b/c.yaml"])
def test_a_file_in_flows_that_is_no_toml_is_not_passed_over(desk, name):
    desk.write(flow("a"))
    desk.write("home: x", f"flows/{name}")
    [mistake] = desk.mistakes()
    assert mistake.file == f"flows/{name}"
    assert "expected TOML in a file that ends in .toml" in mistake.problem


@pytest.mark.parametrize("name", ["README.md", "a/orders.csv", "a/.orders.yaml", "a/orders.sql"])
def test_what_nobody_takes_for_configuration_may_lie_in_flows(desk, name):
    desk.write(flow("a"))
    desk.write("text", f"flows/{name}")
    assert [entity.name for entity in desk.load().entities] == ["a"]


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("a = 1\na = 2\n", "line 2", "the same key stands here again"),
        ("[run]\nconcurrency = 1\n[run]\n", "line 3", "the same table stands here again"),
        ("[run]\nconcurrency = \n", "line 2", "not TOML"),
        ("a = '\x00'", "line 1", "invalid character"),
        ("a = " + "9" * 5000, "the file", "digits"),
        ("a = " + "[" * 5000, "the file", "nested"),
        (".".join("a" * 300) + " = 1", "a.a", "nested deeper"),
        ("a = " + "[" * 90 + "]" * 90, "a", "nested deeper"),
    ],
    ids=range(8),
)
def test_what_is_no_toml_is_said_with_its_place(desk, text, where, problem):
    mistake = desk.mistakes(text)[0]
    assert mistake.file == "hygge.toml"
    assert mistake.path.startswith(where)
    assert problem in mistake.problem


def test_the_mistakes_of_all_files_are_said_at_once(desk):
    desk.write("a = ")
    desk.write("b = ", "flows/x.toml")
    assert {each.file for each in desk.mistakes()} == {"hygge.toml", "flows/x.toml"}


def test_bytes_that_are_no_utf8_are_said_with_line_and_column(desk):
    (desk.root / "hygge.toml").write_bytes(b"[run]\n# \xff\n")
    [mistake] = desk.mistakes()
    assert mistake.path == "line 2, column 3"
    assert "0xff" in mistake.problem


def test_a_byte_order_mark_is_no_mistake(desk):
    (desk.root / "hygge.toml").write_bytes(b"\xef\xbb\xbf" + flow("a").encode())
    assert desk.load().entities


def test_toml_1_1_is_understood(desk):
    desk.load(
        '[run]\n[flows.a]\nhome = {\n  type = "parquet", path = "in",\n}\nstore = '
        '{ type = "parquet", path = "out" }'
    )


def test_a_directory_that_looks_like_a_flow_is_a_mistake(desk):
    desk.write(flow("a"))
    os.makedirs(desk.root / "flows" / "b.toml")
    [mistake] = desk.mistakes()
    assert mistake.file == "flows/b.toml"
