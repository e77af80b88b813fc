"""What a spec declares about its purpose: `budget`, `task` and `target`."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from cnncalc.ir.shapes import LARGEST
from cnncalc.layers.fields import Count, JsonSchema
from cnncalc.source import Mapping, Node, Scalar
from cnncalc.spec.problems import BAD_VALUE, UNKNOWN_KEY, show
from cnncalc.spec.scope import BadSubstitution, evaluate, no_channels
from cnncalc.spec.validation import explain

if TYPE_CHECKING:
    from cnncalc.spec.document import Document

_UNITS = {
    "": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
    "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
}  # fmt: skip
_QUANTITY = re.compile(r"([0-9]{1,16}(?:\.[0-9]{1,16})?)\s*([A-Za-z]*)", re.ASCII)
_ALLOWED = "a number such as 5M (k, M, G: powers of ten; KiB, MiB, GiB: of two)"


def parse_quantity(value: object) -> int:
    """A number with a unit: `5M` is 5 000 000, `2MiB` is 2 097 152."""
    match = _QUANTITY.fullmatch(str(value)) if not isinstance(value, bool) else None
    if match and match[2] in _UNITS:
        quantity = Fraction(match[1]) * _UNITS[match[2]]
        if quantity.denominator == 1 and quantity <= LARGEST:
            return int(quantity)
    raise PydanticCustomError("allowed", "{allowed}", {"allowed": _ALLOWED})


Quantity = Annotated[
    int | str, PlainValidator(parse_quantity), JsonSchema({"type": ["integer", "string"]})
]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Budget(_Section):
    """Bounds that the network should keep."""

    params: Quantity | None = None
    macs: Quantity | None = None
    flops: Quantity | None = None
    memory: Quantity | None = None
    receptive_field: Quantity | None = None


class Task(_Section):
    """What the network is trained for."""

    loss: str | None = None
    from_logits: bool = False
    classes: Count | None = None
    object_size: Count | None = None


Target = Literal["keras", "torch", "onnx", "caffe"]


class Targets(_Section):
    """Where the network must run."""

    target: tuple[Target, ...] = ()


class Declarations(NamedTuple):
    """The three sections; None for one that is not there or is wrong."""

    budget: Budget | None
    task: Task | None
    target: tuple[str, ...]


def parse_declarations(document: Document) -> Declarations:
    """Validate the sections; what is wrong is noted in the document's problems."""
    budget = _section(document, "budget", Budget)
    task = _section(document, "task", Task)
    targets = _section(document, "target", Targets, wrap=True)
    return Declarations(
        budget if isinstance(budget, Budget) else None,
        task if isinstance(task, Task) else None,
        targets.target if isinstance(targets, Targets) else (),
    )


def _section(
    document: Document, key: str, model: type[_Section], *, wrap: bool = False
) -> _Section | None:
    node = document.section(key)
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    try:
        value: Any = evaluate(node, document.scope, no_channels)
    except BadSubstitution as error:
        document.problems.substitution(error, key)
        return None
    if wrap:
        value = {key: (value,) if isinstance(value, str) else value}
    if not isinstance(value, dict):
        document.problems.add(BAD_VALUE, node, f"{key} must be a map")
        return None
    _check_keys(document, key, model, node)
    try:
        return model.model_validate({k: v for k, v in value.items() if k in model.model_fields})
    except ValidationError as error:
        for field, message in explain(key, error, model):
            place = node.get(field) if isinstance(node, Mapping) else None
            document.problems.add(BAD_VALUE, place or node, message)
        return None


def _check_keys(document: Document, section: str, model: type[_Section], node: Node) -> None:
    for key, _ in node.entries if isinstance(node, Mapping) else ():
        word = str(key.value)
        if word not in model.model_fields:
            known = model.model_fields
            message = f"{section} has no key {show(word)}"
            hint = f"it has {', '.join(known)}"
            document.problems.add(UNKNOWN_KEY, key, message, help=hint, near=(word, known))
