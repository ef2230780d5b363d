"""``_metadata.json`` as the specification has it (A2)."""

from __future__ import annotations

import json
from typing import Any, Literal, cast

from attrs import frozen

Detection = Literal["SequentialFileName", "LastUpdateTimeFileDetection"]
DETECTIONS: tuple[Detection, ...] = ("SequentialFileName", "LastUpdateTimeFileDetection")


class Unreadable(ValueError):
    """The text is no ``_metadata.json`` that the specification describes."""


@frozen(kw_only=True)
class Metadata:
    """What a table says of itself.

    * ``keys`` the compound key; empty for a table that is only inserted into.
    * ``detection`` how the service orders its files.
    * ``upserts`` whether a row of a file without markers is an upsert and not an insert.
    * ``delimited`` whether the files are delimited text, which is not replayed.
    """

    keys: tuple[str, ...] = ()
    detection: Detection = "SequentialFileName"
    upserts: bool = False
    delimited: bool = False


def metadata_of(text: bytes) -> Metadata:
    """Parse the file. Raises ``Unreadable`` with what is wrong.

    The documentation itself spells one property in two cases, so the case of names is not looked
    at (A2, I). A byte order mark is let pass.
    """
    try:
        plain = json.loads(text.decode("utf-8-sig"))
    except ValueError as exc:
        raise Unreadable(f"it is no JSON: {exc}") from exc
    if not isinstance(plain, dict):
        raise Unreadable(f"expected an object, found {type(plain).__name__}")
    told = {name.casefold(): value for name, value in plain.items()}
    if len(told) < len(plain):
        raise Unreadable("a property stands there twice, in different cases")
    return Metadata(
        keys=_keys(told.get("keycolumns")),
        detection=_detection(told.get("filedetectionstrategy")),
        upserts=_flag(told.get("isupsertdefaultrowmarker")),
        delimited=any(told.get(word) is not None for word in ("schemadefinition", "fileextension")),
    )


def _keys(told: Any) -> tuple[str, ...]:
    if told is None:
        return ()
    if not isinstance(told, list) or not all(isinstance(key, str) and key for key in told):
        raise Unreadable(f"keyColumns: expected a list of column names, found {told!r}")
    if len(set(told)) < len(told):
        raise Unreadable(f"keyColumns: a column stands there twice: {', '.join(told)}")
    return tuple(told)


def _detection(told: Any) -> Detection:
    if told is None:
        return "SequentialFileName"
    if told not in DETECTIONS:
        raise Unreadable(
            f"fileDetectionStrategy: expected {' or '.join(DETECTIONS)}, found {told!r}"
        )
    return cast(Detection, told)


def _flag(told: Any) -> bool:
    if told is not None and not isinstance(told, bool):
        raise Unreadable(f"isUpsertDefaultRowMarker: expected true or false, found {told!r}")
    return bool(told)
