"""The functions of T-SQL that the double knows; one that is not here is refused by name."""

from . import aggregates as aggregates
from . import plain as plain
from . import times as times
from .known import call as call
from .known import global_variable as global_variable
from .texts import like as like
