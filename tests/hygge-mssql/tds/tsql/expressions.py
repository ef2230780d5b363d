"""Expressions: from OR down to a literal."""

from __future__ import annotations

from ..types import SqlType
from . import tree
from .literals import literal
from .tree import Expression
from .words import Words

_COMPARISONS = frozenset({"=", "<>", "!=", "<", ">", "<=", ">="})
_CASTS = {"CAST": False, "TRY_CAST": True}
_CONVERTS = {"CONVERT": False, "TRY_CONVERT": True}
# Functions whose first argument is a word, not a value.
_DATE_PARTS = frozenset({"DATEADD", "DATEDIFF", "DATEDIFF_BIG", "DATEPART", "DATENAME"})


class Expressions(Words):
    def query(self) -> tree.Query:
        raise NotImplementedError  # queries.py: expressions and queries hold each other

    def expression(self) -> Expression:
        parts = [self._conjunction()]
        while self.skip("OR"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else tree.Logic("OR", tuple(parts))

    def expressions(self) -> tuple[Expression, ...]:
        found = [self.expression()]
        while self.skip(","):
            found.append(self.expression())
        return tuple(found)

    def _conjunction(self) -> Expression:
        parts = [self._negation()]
        while self.skip("AND"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else tree.Logic("AND", tuple(parts))

    def _negation(self) -> Expression:
        if self.skip("NOT"):
            return tree.Logic("NOT", (self._negation(),))
        return self._predicate()

    def _predicate(self) -> Expression:
        left = self._sum()
        if self.now.upper in _COMPARISONS:
            sign = self.take().text.replace("!=", "<>")
            return tree.Binary(sign, left, self._sum())
        if self.skip("IS"):
            negated = self.skip("NOT")
            self.need("NULL")
            return tree.IsNull(left, negated)
        negated = self.skip("NOT")
        if self.skip("IN"):
            return self._membership(left, negated)
        if self.skip("BETWEEN"):
            low = self._sum()
            self.need("AND")
            return tree.Between(left, low, self._sum(), negated)
        if self.skip("LIKE"):
            pattern = self._sum()
            escape = self._sum() if self.skip("ESCAPE") else None
            return tree.Like(left, pattern, escape, negated)
        if negated:
            raise self.wrong()
        return left

    def _membership(self, left: Expression, negated: bool) -> Expression:
        self.need("(")
        if self.sees("SELECT"):
            found: Expression = tree.InQuery(left, self.query(), negated)
        else:
            found = tree.InList(left, self.expressions(), negated)
        self.need(")")
        return found

    def _sum(self) -> Expression:
        left = self._product()
        while sign := self.choose("+", "-", "&", "|", "^"):
            left = tree.Binary(sign, left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._signed()
        while sign := self.choose("*", "/", "%"):
            left = tree.Binary(sign, left, self._signed())
        return left

    def _signed(self) -> Expression:
        if sign := self.choose("-", "+", "~"):
            return tree.Unary(sign, self._signed())
        value = self._atom()
        while True:
            if self.skip("COLLATE"):
                value = tree.Collate(value, self.name())
            elif self.sees(".") and self.ahead(2).upper == "(":
                self.take()
                value = tree.Method(value, self.name())
                self.need("(", ")")
            else:
                return value

    # ----------------------------------------------------------------------------- atoms

    def _atom(self) -> Expression:
        token = self.now
        if token.kind in {"wide", "text", "binary", "float", "decimal", "int"}:
            return literal(self.take().kind, token.text)
        if token.kind == "variable":
            return tree.Variable(self.take().text)
        match token.upper:
            case "(":
                return self._bracket()
            case "*":
                self.take()
                return tree.Star()
            case "NULL":
                self.take()
                return tree.Literal(None, None)
            case "CASE":
                return self._case()
            case "EXISTS":
                self.take()
                return tree.Exists(self._bracketed_query())
            case "LEFT" | "RIGHT" if self.ahead().upper == "(":
                return self._call((self.take().text,))
        return self._named()

    def _bracket(self) -> Expression:
        if self.ahead().upper in {"SELECT", "WITH"}:
            return tree.Scalar(self._bracketed_query())
        self.need("(")
        value = self.expression()
        self.need(")")
        return value

    def _bracketed_query(self) -> tree.Query:
        self.need("(")
        query = self.query()
        self.need(")")
        return query

    def _case(self) -> Expression:
        self.need("CASE")
        operand = None if self.sees("WHEN") else self.expression()
        whens = []
        while self.skip("WHEN"):
            when = self.expression()
            self.need("THEN")
            whens.append((when, self.expression()))
        otherwise = self.expression() if self.skip("ELSE") else None
        self.need("END")
        return tree.Case(operand, tuple(whens), otherwise)

    def _named(self) -> Expression:
        """A column, ``t.*``, or a call."""
        parts = [self.name()]
        while self.sees(".") and not (self.ahead(2).upper == "(" and self.now.upper != "SYS"):
            self.take()
            if self.skip("*"):
                return tree.Star(tuple(parts))
            parts.append("" if self.sees(".") else self.name())
        if self.sees("("):
            return self._call(tuple(parts))
        if len(parts) == 1 and parts[0].upper == "CURRENT_TIMESTAMP":
            return tree.Call("GETDATE", ())
        return tree.Name(tuple(parts))

    def _call(self, parts: tuple[str, ...]) -> Expression:
        name = ".".join(parts).upper()
        self.need("(")
        if name in _CASTS:
            operand = self.expression()
            self.need("AS")
            made: Expression = tree.Cast(operand, self.type_of_cast(), None, _CASTS[name])
        elif name in _CONVERTS:
            made = self._convert(_CONVERTS[name])
        else:
            made = self._arguments(name)
        self.need(")")
        if isinstance(made, tree.Call) and self.skip("OVER"):
            return tree.Call(made.name, made.arguments, made.distinct, self._over())
        return made

    def type_of_cast(self) -> SqlType:
        """Without a length, CAST and CONVERT take 30."""
        bare = self.ahead().upper != "("
        found = self.type()
        long = found.name in {"char", "varchar", "nchar", "nvarchar", "binary", "varbinary"}
        return found.of_length(30) if bare and long else found

    def _convert(self, forgiving: bool) -> Expression:
        type = self.type_of_cast()
        self.need(",")
        operand = self.expression()
        style = self.expression() if self.skip(",") else None
        return tree.Cast(operand, type, style, forgiving)

    def _arguments(self, name: str) -> tree.Call:
        if self.sees(")"):
            return tree.Call(name, ())
        distinct = self.skip("DISTINCT")
        if name in _DATE_PARTS:
            part = tree.Literal(SqlType("varchar", 30), self.name().lower())
            self.need(",")
            return tree.Call(name, (part, *self.expressions()))
        return tree.Call(name, self.expressions(), distinct)

    def _over(self) -> tree.Over:
        self.need("(")
        partition: tuple[Expression, ...] = ()
        if self.skip("PARTITION", "BY"):
            partition = self.expressions()
        order = self.order() if self.sees("ORDER") else ()
        self.need(")")
        return tree.Over(partition, order)

    def order(self) -> tuple[tree.Order, ...]:
        self.need("ORDER", "BY")
        found = []
        while True:
            by = self.expression()
            found.append(tree.Order(by, self.choose("ASC", "DESC") == "DESC"))
            if not self.skip(","):
                return tuple(found)
