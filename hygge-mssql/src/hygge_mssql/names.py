"""Names in T-SQL: read as people write them, quoted as the server wants them, and hygge's own."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from hygge_core.errors import ConfigError, FlowError

#: Tables that begin so are hygge's own: never a source, never a destination.
OURS = "__hygge_"
LOADS = f"{OURS}loads"
RUNS = f"{OURS}runs"

#: ``sysname`` is nvarchar(128)
#: (https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers).
LONGEST = 128


@frozen(order=True)
class Name:
    """A table's name in two parts; ``str`` is how a person writes it."""

    schema: str
    table: str

    @property
    def sql(self) -> str:
        """``[schema].[table]``, whatever characters are in them."""
        return f"{quoted(self.schema)}.{quoted(self.table)}"

    def beside(self, table: str) -> Name:
        """Another table of the same schema."""
        return Name(self.schema, table)

    def __str__(self) -> str:
        return f"{_written(self.schema)}.{_written(self.table)}"


def named(text: str, schema: str = "dbo") -> Name:
    """``Orders``, ``sales.Orders`` or ``[any schema].[any ]] name]``. Raises ``ConfigError``.

    A text that is not of this form is one table of ``schema``, with all its characters.
    """
    parts = _parts(text)
    if parts is None or len(parts) == 1:
        return _checked(Name(schema, parts[0] if parts else text))
    if len(parts) > 2:
        raise ConfigError(
            f"the table {text!r} has {len(parts)} parts",
            hint="write schema.table; another database is another [connections.NAME]",
        )
    return _checked(Name(*parts))


def _checked(name: Name) -> Name:
    for part in (name.schema, name.table):
        if not 0 < len(part) <= LONGEST:
            raise ConfigError(f"the table name {name} is empty or longer than {LONGEST} characters")
    return name


def _parts(text: str) -> list[str] | None:
    """The parts between dots, bracketed ones with their dots; ``None`` where brackets are odd."""
    parts, rest = [], text
    while True:
        if rest.startswith("["):
            part, rest = _bracketed(rest)
            if rest and not rest.startswith("."):
                return None
        else:
            part, dot, after = rest.partition(".")
            rest = dot + after
        parts.append(part)
        if not rest:
            return parts
        rest = rest[1:]


def _bracketed(text: str) -> tuple[str, str]:
    """What stands in the bracket that ``text`` begins with, and what comes after it."""
    at = 1
    while (end := text.find("]", at)) >= 0:
        if text[end : end + 2] != "]]":
            return text[1:end].replace("]]", "]"), text[end + 1 :]
        at = end + 2
    return text, "?"


def _written(part: str) -> str:
    plain = part.isidentifier() or part.replace("_", "a").replace("-", "a").isalnum()
    return part if plain else quoted(part)


def quoted(name: str) -> str:
    """``name`` as an identifier in T-SQL. Raises ``FlowError`` for what no identifier can be."""
    if "\0" in name or not name or len(name) > LONGEST:
        raise FlowError(
            f"the name {name!r} cannot be one in SQL Server",
            hint=f"it takes 1 to {LONGEST} characters, and no NUL; rename it with polish",
        )
    return "[" + name.replace("]", "]]") + "]"


def names_sql(names: Sequence[str], prefix: str = "") -> str:
    """``[a], [b]``; with a prefix ``s.[a], s.[b]``."""
    return ", ".join(prefix + quoted(name) for name in names)


def text_sql(text: str) -> str:
    """``N'text'``, for the few places where T-SQL takes no parameter."""
    return "N'" + text.replace("'", "''") + "'"


def staging_table(run_id: str) -> str:
    """Where the rows of a run wait, in the schema that they will settle in."""
    return f"{OURS}stage_{run_id}"
