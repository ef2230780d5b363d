"""Statements that define: CREATE, ALTER, DROP."""

from __future__ import annotations

from attrs import evolve

from ..errors import unknown
from . import tree
from .queries import Queries
from .tree import Statement


class Definitions(Queries):
    def _create(self) -> Statement:
        self.need("CREATE")
        if self.skip("TABLE"):
            return self._create_table()
        if self.skip("SCHEMA"):
            name = self.name()
            if self.skip("AUTHORIZATION"):
                self.name()
            return tree.CreateSchema(name)
        unique = self.skip("UNIQUE")
        clustered = self.choose("CLUSTERED", "NONCLUSTERED")
        columnstore = self.skip("COLUMNSTORE")
        if self.skip("INDEX"):
            return self._create_index(unique, clustered == "CLUSTERED", columnstore)
        raise unknown(f"CREATE {self.now.text}")

    def _create_index(self, unique: bool, clustered: bool, columnstore: bool) -> Statement:
        name = self.name()
        self.need("ON")
        table = self.names()
        columns = self._key_columns() if self.sees("(") else ()
        included = self.name_list() if self.skip("INCLUDE") else ()
        if self.sees("WHERE"):
            raise unknown("a filtered index")
        self._storage_options()
        kind = "COLUMNSTORE" if columnstore else "UNIQUE INDEX" if unique else "INDEX"
        return tree.CreateIndex(table, tree.KeyPlan(name, kind, columns, clustered, included))

    def _storage_options(self) -> None:
        """WITH (DATA_COMPRESSION = PAGE, ...): nothing that a client sees."""
        if self.sees("WITH", "("):
            self.need("WITH", "(")
            while not self.skip(")"):
                self.take()

    def _create_table(self) -> Statement:
        table = self.names()
        self.need("(")
        columns, keys = self._elements()
        self.need(")")
        self._storage_options()
        return tree.CreateTable(table, columns, keys)

    def _elements(self) -> tuple[tuple[tree.ColumnPlan, ...], tuple[tree.KeyPlan, ...]]:
        columns: list[tree.ColumnPlan] = []
        keys: list[tree.KeyPlan] = []
        while True:
            if self.now.upper in {"CONSTRAINT", "PRIMARY", "UNIQUE", "INDEX"}:
                keys.append(self._table_key())
            else:
                columns.append(self.column())
            if not self.skip(","):
                return tuple(columns), tuple(keys)

    def _table_key(self) -> tree.KeyPlan:
        if self.skip("INDEX"):
            name = self.name()
            unique = self.skip("UNIQUE")
            clustered = self.choose("CLUSTERED", "NONCLUSTERED")
            if self.skip("COLUMNSTORE"):
                columns = self._key_columns() if self.sees("(") else ()
                return tree.KeyPlan(name, "COLUMNSTORE", columns, clustered == "CLUSTERED")
            kind = "UNIQUE INDEX" if unique else "INDEX"
            return tree.KeyPlan(name, kind, self._key_columns(), clustered == "CLUSTERED")
        name = self.name() if self.skip("CONSTRAINT") else None
        kind = self._key_word()
        if kind is None:
            raise unknown("a table constraint other than PRIMARY KEY and UNIQUE")
        clustered = self.choose("CLUSTERED", "NONCLUSTERED")
        columns = self._key_columns()
        self._storage_options()
        return tree.KeyPlan(name, kind, columns, _is_clustered(kind, clustered))

    def _key_word(self) -> str | None:
        if self.skip("PRIMARY", "KEY"):
            return "PRIMARY KEY"
        return "UNIQUE" if self.skip("UNIQUE") else None

    def _key_columns(self) -> tuple[tuple[str, bool], ...]:
        self.need("(")
        found = []
        while True:
            name = self.name()
            found.append((name, self.choose("ASC", "DESC") == "DESC"))
            if not self.skip(","):
                self.need(")")
                return tuple(found)

    def column(self) -> tree.ColumnPlan:
        plan = tree.ColumnPlan(self.name(), self.type())
        constraint = None
        while True:
            if self.skip("COLLATE"):
                plan = evolve(plan, type=evolve(plan.type, collation=self.name()))
            elif self.skip("NOT", "NULL"):
                plan = evolve(plan, nullable=False)
            elif self.skip("NULL"):
                plan = evolve(plan, nullable=True)
            elif self.skip("IDENTITY"):
                plan = evolve(plan, identity=self._seed(), nullable=False)
            elif self.skip("CONSTRAINT"):
                constraint = self.name()
            elif self.skip("DEFAULT"):
                plan = self._default(plan)
            elif kind := self._key_word():
                self.choose("CLUSTERED", "NONCLUSTERED")
                plan = evolve(plan, key=kind, constraint=constraint)
                plan = evolve(plan, nullable=False) if kind == "PRIMARY KEY" else plan
            else:
                return plan

    def _seed(self) -> tuple[int, int]:
        if not self.skip("("):
            return 1, 1
        seed = int(self.take().text)
        self.need(",")
        step = int(self.take().text)
        self.need(")")
        return seed, step

    def _default(self, plan: tree.ColumnPlan) -> tree.ColumnPlan:
        began = self.now.at
        value = self._sum()
        text = self.batch[began : self._tokens[self._at - 1].end]
        return evolve(plan, default=value, default_text=text)

    # ------------------------------------------------------------------------------ alter

    def _alter(self) -> Statement:
        self.need("ALTER")
        if self.skip("DATABASE"):
            return self._alter_database()
        if not self.skip("TABLE"):
            raise unknown(f"ALTER {self.now.text}")
        table = self.names()
        if self.skip("ADD"):
            columns, keys = self._elements()
            return tree.AlterTable(table, "ADD", columns, keys)
        if self.skip("ALTER", "COLUMN"):
            return tree.AlterTable(table, "ALTER COLUMN", (self.column(),))
        if self.skip("DROP"):
            what = self.choose("COLUMN", "CONSTRAINT")
            if what is None:
                raise self.wrong()
            names = [self.name()]
            while self.skip(","):
                names.append(self.name())
            return tree.AlterTable(table, f"DROP {what}", names=tuple(names))
        if self.skip("SWITCH", "TO"):
            return tree.AlterTable(table, "SWITCH", names=self.names())
        if word := self.choose("ENABLE", "DISABLE"):
            self.need("CHANGE_TRACKING")
            self._storage_options()
            return tree.AlterTable(table, f"{word} CHANGE_TRACKING")
        if self.skip("REBUILD"):
            return tree.AlterTable(table, "REBUILD")
        raise unknown(f"ALTER TABLE ... {self.now.text}")

    def _alter_database(self) -> Statement:
        name = None if self.skip("CURRENT") else self.name()
        self.need("SET")
        option = self.take().upper
        self.skip("=")
        value = self.take().upper
        if self.skip("("):
            while not self.skip(")"):
                self.take()
        if self.skip("WITH"):
            self.take()  # ROLLBACK IMMEDIATE, NO_WAIT
            self.skip("IMMEDIATE")
        return tree.AlterDatabase(name, option, value)

    def _drop(self) -> Statement:
        self.need("DROP")
        what = self.choose("TABLE", "SCHEMA", "INDEX")
        if what is None:
            raise unknown(f"DROP {self.now.text}")
        if_exists = self.skip("IF", "EXISTS")
        name = self.names()
        if what == "TABLE" and self.sees(","):
            raise unknown("DROP TABLE of several")
        on: tuple[str, ...] = ()
        if what == "INDEX":
            self.need("ON")
            on = self.names()
        return tree.Drop(what, name, if_exists, on)


def _is_clustered(kind: str, word: str | None) -> bool:
    return word == "CLUSTERED" if word else kind == "PRIMARY KEY"
