"""Faults of the document: names, words, values, and what nothing uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.faults.draft import Draft, Raw
from benchmarks.faults.kind import Mutant, Subject, both, changed, declared, kind, lone_reader
from cnncalc.layers import families, find


def _swapped(word: str) -> str:
    """The word with two letters in the wrong order."""
    k = next(k for k in range(len(word) // 2, 0, -1) if word[k] != word[k - 1])
    return word[: k - 1] + word[k] + word[k - 1] + word[k + 1 :]


@kind("a misspelt op", "Y702")
def misspelt_op(subject: Subject) -> Iterator[Mutant]:
    """Two letters in the wrong order, one too few, or capitals."""
    for _, entry in subject.layers():
        for op in (_swapped(entry.op), entry.op[:-1], entry.op.upper()):
            if op not in families() and len(set(entry.op)) > 1:

                def edit(draft: Draft, name: str = entry.name, op: str = op) -> None:
                    draft[name].op = op

                yield Mutant(f"{entry.name}: {op}", edit)


@kind("a misspelt argument", "Y702", explains=("Y705",))
def misspelt_argument(subject: Subject) -> Iterator[Mutant]:
    """A word that the op does not have; a required one is missing then, too."""
    for _, entry in subject.layers():
        layer_type = find(entry.op)
        for word in entry.words:
            wrong = _swapped(word)
            if layer_type is not None and layer_type.canonical(wrong) is None:

                def edit(
                    draft: Draft, name: str = entry.name, word: str = word, wrong: str = wrong
                ) -> None:
                    words = draft[name].words
                    draft[name].words = {wrong if w == word else w: v for w, v in words.items()}

                yield Mutant(f"{entry.name}: {wrong}", edit)


@kind("a misspelt section", "Y702")
def misspelt_section(subject: Subject) -> Iterator[Mutant]:
    """A section that nobody reads."""
    for wrong in ("taks", "budgets", "var", "default", "output"):
        value: Any = [subject.draft.entries[-1].name] if wrong == "output" else {}
        yield Mutant(wrong, declared(**{wrong: value}))


@kind("a misspelt key of the task", "Y702")
def misspelt_task(subject: Subject) -> Iterator[Mutant]:
    """A word that the section does not have."""
    for wrong in ("clases", "los", "object"):
        yield Mutant(wrong, declared(task={wrong: 10}), declared(task={}))


@kind("a reference to a layer that does not exist", "Y701")
def undefined_reference(subject: Subject) -> Iterator[Mutant]:
    """A name with a letter too many."""
    for _, entry in subject.layers():
        if entry.sources and entry.sources != ["input"]:

            def edit(draft: Draft, name: str = entry.name) -> None:
                sources = draft[name].sources
                draft[name].sources = [sources[0] + "x", *sources[1:]]

            yield Mutant(entry.name, edit)


@kind("a reference to a later layer", "Y701")
def later_reference(subject: Subject) -> Iterator[Mutant]:
    """The layer reads one that reads it."""
    for _, entry in subject.layers():
        reader = lone_reader(subject, entry.name)
        if reader is not None:

            def edit(draft: Draft, name: str = entry.name, reader: str = reader.name) -> None:
                draft[name].sources = [reader, *draft[name].sources[1:]]

            yield Mutant(entry.name, edit)


@kind("a name that two layers have", "Y701", explains=("C305",))
def duplicate_name(subject: Subject) -> Iterator[Mutant]:
    """The name of the layer before, once more."""
    for _, entry in subject.layers():
        source = entry.sources[0] if entry.sources else "input"
        if source != "input" and not subject.draft.readers(entry.name):

            def edit(draft: Draft, name: str = entry.name, source: str = source) -> None:
                draft[name].name = source

            yield Mutant(f"{entry.name} as {source}", edit)


@kind("an output that does not exist", "Y701")
def undefined_output(subject: Subject) -> Iterator[Mutant]:
    """`outputs` names no layer."""
    last = subject.draft.entries[-1].name
    for names in ([last + "x"], [last, "logits_"], "nowhere"):
        yield Mutant(str(names), declared(outputs=names))


@kind("weights shared with a layer that does not exist", "Y701", explains=("Y705",))
def undefined_share(subject: Subject) -> Iterator[Mutant]:
    """A `share` with a letter too many."""
    for _, entry in subject.windowed("conv"):

        def edit(draft: Draft, name: str = entry.name) -> None:
            draft[name].words = {"share": name + "x"}

        yield Mutant(entry.name, edit)


def _numbers(subject: Subject) -> Iterator[tuple[str, str, int]]:
    """Every whole number that is the argument of a convolution or a dense layer."""
    for _, entry in subject.layers("conv", "depthwise_conv", "dense"):
        for word, value in entry.words.items():
            if type(value) is int:
                yield entry.name, word, value


@kind("a variable that is not defined", "Y701")
def undefined_variable(subject: Subject) -> Iterator[Mutant]:
    """The variable has another name."""
    for name, word, value in _numbers(subject):
        prepare = both(declared(vars={"width": value}), changed(name, **{word: "$width"}))
        yield Mutant(f"{word} of {name}", changed(name, **{word: "$widht"}), prepare)


@kind("variables that stand for each other", "Y701")
def cyclic_variables(subject: Subject) -> Iterator[Mutant]:
    """Neither of them has a value."""
    for name, word, value in _numbers(subject):
        prepare = both(
            declared(vars={"width": value, "wide": "$width"}), changed(name, **{word: "$wide"})
        )
        edit = declared(vars={"width": "$wide", "wide": "$width"})
        yield Mutant(f"{word} of {name}", edit, prepare)


def _bad(subject: Subject, value: Any, *only: str) -> Iterator[Mutant]:
    for name, word, _ in _numbers(subject):
        if not only or word in only:
            yield Mutant(f"{word} of {name}", changed(name, **{word: value}))


@kind("a negative number", "Y705")
def negative(subject: Subject) -> Iterator[Mutant]:
    """No size is negative."""
    yield from _bad(subject, -2, "stride", "kernel", "filters", "units", "groups", "dilation")


@kind("a number of zero", "Y705")
def zero(subject: Subject) -> Iterator[Mutant]:
    """No window is empty, and no layer without channels."""
    yield from _bad(subject, 0, "stride", "kernel", "filters", "units", "groups", "dilation")


@kind("a fraction where a whole number stands", "Y705")
def fraction(subject: Subject) -> Iterator[Mutant]:
    """There are no half filters."""
    yield from _bad(subject, 3.5)


@kind("a text where a number stands", "Y705")
def text_for_number(subject: Subject) -> Iterator[Mutant]:
    """A word that means nothing here."""
    yield from _bad(subject, "many")


@kind("a number where a truth value stands", "Y705")
def number_for_bool(subject: Subject) -> Iterator[Mutant]:
    """A bias is there or not."""
    for _, entry in subject.windowed("conv"):
        yield Mutant(entry.name, changed(entry.name, bias=2))


@kind("a truth value where a number stands", "Y705")
def bool_for_number(subject: Subject) -> Iterator[Mutant]:
    """In Python a truth value is a number, and here it is none."""
    yield from _bad(subject, True)


@kind("nothing where a number stands", "Y705")
def null_for_number(subject: Subject) -> Iterator[Mutant]:
    """A value that was to be filled in."""
    yield from _bad(subject, None, "filters", "kernel", "units")


@kind("a list where a number stands", "Y705")
def list_for_number(subject: Subject) -> Iterator[Mutant]:
    """Filters are not given per axis."""
    yield from _bad(subject, [8, 8], "filters", "units", "groups")


@kind("an input that is no shape", "Y705")
def bad_input(subject: Subject) -> Iterator[Mutant]:
    """A size of zero, a fraction, five sizes, a word."""
    for value in ([0, 32, 3], [32.5, 32, 3], [2, 2, 2, 2, 2], "big", [-1, 32, 3], "32 x 32", True):
        yield Mutant(str(value), declared(input=Raw(str(value).lower())))


@kind("an axis that does not exist", "Y705")
def bad_axis(subject: Subject) -> Iterator[Mutant]:
    """A concatenation along a fourth axis."""
    for _, entry in subject.layers("concat"):
        yield Mutant(entry.name, changed(entry.name, axis=3))


@kind("a negative padding", "Y705")
def negative_padding(subject: Subject) -> Iterator[Mutant]:
    """That would be a crop."""
    for _, entry in subject.windowed():
        yield Mutant(entry.name, changed(entry.name, padding=-1))


@kind("too many sizes", "Y705")
def too_many_sizes(subject: Subject) -> Iterator[Mutant]:
    """One size per axis, and one more."""
    for layer, entry in subject.windowed("conv", "depthwise_conv"):
        kernel = [w.kernel for w in layer.windows] + [3, 3]
        yield Mutant(entry.name, changed(entry.name, kernel=kernel))


@kind("a padding that does not exist", "Y705")
def unknown_padding(subject: Subject) -> Iterator[Mutant]:
    """`full` is another library's."""
    for _, entry in subject.windowed():
        yield Mutant(entry.name, changed(entry.name, padding="full"))


@kind("an activation that does not exist", "Y705", "Y702")
def unknown_activation(subject: Subject) -> Iterator[Mutant]:
    """Two letters in the wrong order."""
    for _, entry in subject.layers("conv", "dense"):
        function = entry.words.get("activation")
        if isinstance(function, str):
            yield Mutant(entry.name, changed(entry.name, activation=_swapped(function)))


@kind("a rate above one", "Y705")
def rate_above_one(subject: Subject) -> Iterator[Mutant]:
    """A percentage in place of a share."""
    for _, entry in subject.layers("dropout", "drop_path"):
        yield Mutant(entry.name, changed(entry.name, rate=50))


@kind("two spellings of an argument at once", "Y705")
def two_spellings(subject: Subject) -> Iterator[Mutant]:
    """Keras's and PyTorch's word beside the own."""
    for _, entry in subject.windowed("conv"):
        for word, alias in (("kernel", "kernel_size"), ("filters", "out_channels")):
            if word in entry.words:
                edit = changed(entry.name, **{alias: entry.words[word]})
                yield Mutant(f"{alias} of {entry.name}", edit)


@kind("a required argument left out", "Y705")
def missing_argument(subject: Subject) -> Iterator[Mutant]:
    """A convolution without a kernel or without filters."""
    for _, entry in subject.windowed("conv"):
        for word in ("kernel", "filters"):

            def edit(draft: Draft, name: str = entry.name, word: str = word) -> None:
                draft[name].words.pop(word)

            yield Mutant(f"{word} of {entry.name}", edit)


@kind("a declaration of the wrong type", "Y705")
def bad_declaration(subject: Subject) -> Iterator[Mutant]:
    """A budget, a task or a target that says nothing."""
    for section, value in (
        ("budget", {"params": "5X"}),
        ("budget", {"macs": -1}),
        ("task", {"classes": "ten"}),
        ("task", {"from_logits": "maybe"}),
        ("target", ["theano"]),
        ("target", 3),
    ):
        yield Mutant(f"{section}: {value}", declared(**{section: value}))


@kind("a variable that nothing uses", "Y703")
def unused_variable(subject: Subject) -> Iterator[Mutant]:
    """The number is written where the variable stood."""
    for name, word, value in _numbers(subject):
        prepare = both(declared(vars={"width": value}), changed(name, **{word: "$width"}))
        yield Mutant(f"{word} of {name}", changed(name, **{word: value}), prepare)


@kind("a block that nothing calls", "Y703")
def unused_block(subject: Subject) -> Iterator[Mutant]:
    """A definition that was left over."""
    layers = [{"conv": {"filters": "$filters", "kernel": 3}}]
    block = {"params": {"filters": None}, "layers": layers}
    yield Mutant("blocks", declared(blocks={"Leftover": block}))


@kind("a parameter that its block does not use", "Y703")
def unused_parameter(subject: Subject) -> Iterator[Mutant]:
    """A number stands where the parameter was meant."""
    for _, entry in subject.layers("dropout"):
        for rate in ("$rate", 0.5):

            def call(draft: Draft, name: str = entry.name, rate: Any = rate) -> None:
                layers = [{"dropout": {"rate": rate}}]
                draft.head["blocks"] = {"Drop": {"params": {"rate": None}, "layers": layers}}
                draft[name].op, draft[name].words = "Drop", {"rate": 0.5}

            if rate == "$rate":
                prepare = call
            else:
                yield Mutant(entry.name, call, prepare)


@kind("defaults for an op that does not occur", "Y703")
def unused_default(subject: Subject) -> Iterator[Mutant]:
    """Defaults that were left over."""
    present = {entry.op for entry in subject.draft.entries}
    for op, word, value in (("leaky_relu", "slope", 0.2), ("separable_conv", "padding", "same")):
        if op not in present:
            yield Mutant(op, declared(defaults={op: {word: value}}))


@kind("a suppression that silences nothing", "Y703")
def unused_suppression(subject: Subject) -> Iterator[Mutant]:
    """A comment that was left over, or names a rule that does not exist."""
    for _, entry in subject.layers("relu", "flatten", "dropout", "softmax", "batch_norm"):
        for code in ("S102", "Y701"):

            def edit(draft: Draft, name: str = entry.name, code: str = code) -> None:
                draft[name].comment = f"cnncalc: ignore[{code}]"

            yield Mutant(f"{code} at {entry.name}", edit)


@kind("a name that YAML 1.1 reads as a truth value", "Y704")
def boolean_name(subject: Subject) -> Iterator[Mutant]:
    """The Norway problem."""
    for word in ("no", "On", "YES", "off"):
        yield Mutant(f"name: {word}", declared(name=Raw(word)))


@kind("a number that YAML 1.1 reads as octal", "Y704")
def octal(subject: Subject) -> Iterator[Mutant]:
    """A leading zero."""
    for name, word, value in _numbers(subject):
        if value > 7 and not set(str(value)) & {"8", "9"}:
            yield Mutant(f"{word} of {name}", changed(name, **{word: Raw(f"0{value}")}))


@kind("a truth value of YAML 1.1", "Y704", "Y705", explains=("Y704", "Y705"))
def old_boolean(subject: Subject) -> Iterator[Mutant]:
    """`no` is a text in YAML 1.2."""
    for _, entry in subject.windowed("conv"):
        yield Mutant(entry.name, changed(entry.name, bias=Raw("no")))


@kind("a number that YAML 1.1 reads in base 60", "Y704", explains=("Y705",))
def base_60(subject: Subject) -> Iterator[Mutant]:
    """Digits with colons, or with underscores."""
    for word in ("1:30", "12_000", "2024-05-01", "0o17"):
        yield Mutant(f"name: {word}", declared(name=Raw(word)))
    for section, word in (("task", "{loss: on}"), ("budget", "{params: 1_000}")):
        yield Mutant(f"{section}: {word}", declared(**{section: Raw(word)}))
