"""Specs that nobody means well with, and what is said about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

MIB = 2**20


class Case(NamedTuple):
    """A hostile spec.

    Attributes:
        name: What is hostile about it.
        source: Makes the text.
        says: A part of the first message; None where nothing need be wrong.
        seconds: How long it may take.
        n_bytes: How much memory it may take.
        settings: What `load` is told beside the text.
    """

    name: str
    source: Callable[[], str]
    says: str | None
    seconds: float = 1.0
    n_bytes: int = 100 * MIB
    settings: Mapping[str, Any] = MappingProxyType({})


def spec(*layers: str, input: str = "8x8x3", head: str = "") -> str:
    return "\n".join(
        [f"input: {input}", head, "layers:", *(f"  - {layer}" for layer in layers), ""]
    )


def blocks(*definitions: str) -> str:
    return "\n".join(["blocks:", *(f"  {definition}" for definition in definitions)])


def calling(count: int, bottom: str) -> str:
    """Blocks that call the one before twice: 2^count of the first."""
    first = f"B0: {{layers: [{bottom}]}}"
    rest = [f"B{n}: {{layers: [B{n - 1}, B{n - 1}]}}" for n in range(1, count + 1)]
    return blocks(first, *rest)


def chain(count: int, value: str, last: str) -> str:
    """Variables each of which uses the next."""
    lines = [f"  v{n}: {value.format(n + 1)}" for n in range(count)]
    return "\n".join(["vars:", *lines, f"  v{count}: {last}"])


CYCLE = "blocks contain themselves"
TOO_MANY = "the spec expands to more than 100,000 layers"
TOO_MUCH = "the spec expands in more than 400,000 steps"
EITHER = "the spec expands "
TOO_MUCH_WORK = "the values and expressions are too many"
LONG = "x" * MIB
WEIGHTS = ", ".join(["[" + ", ".join(["$(a+1)"] * 90) + "]"] * 90)

CASES = [
    # -- the text
    Case("empty", lambda: "\n", "the document is empty"),
    Case("blank", lambda: " \n\t\n" * 1000, "the document is empty"),
    Case("comments only", lambda: "# nothing\n" * 10, "the document is empty"),
    Case("binary", lambda: "\x00\x01\x02\n\x7fELF" * 100, "not allowed in YAML"),
    Case("50 000 brackets", lambda: "[" * 50_000 + "\n", "nested deeper than 64"),
    Case("50 000 braces", lambda: '{"a":' * 50_000 + "\n", "nested deeper than 64"),
    Case("aliases", lambda: "a: &a [x]\nb: [*a, *a]\n", "anchors are not allowed"),
    Case("alias only", lambda: "a: *a\n", "aliases are not allowed"),
    Case("tags", lambda: "a: !!python/object/apply:os.system [ls]\n", "tags (!) are not allowed"),
    Case("merge keys", lambda: "a: {<<: {b: 1}}\n", "merge keys (<<) are not allowed"),
    Case("two documents", lambda: "input: 3\n---\ninput: 3\n", "a second document starts here"),
    Case(
        "duplicate keys", lambda: "input: 3\ninput: 4\n", "duplicate key 'input': it is on line 1"
    ),
    Case("number for a key", lambda: "1: 3\ninput: 3\n", "is not a string"),
    Case("list for a key", lambda: "? [a]\n: 3\n", "a list cannot be a key"),
    Case(
        "a million keys",
        lambda: "\n".join(f"k{n}: 1" for n in range(900_000)),
        "more than 2,000,000 values",
        20,
        1024 * MIB,
    ),
    Case("too many nodes", lambda: "[" + "1," * 2_100_000 + "]\n", "more than", 6, 1024 * MIB),
    Case("16 MiB and one byte", lambda: "input: 3 #" + "x" * 16 * MIB + "\n", "larger than 16 MiB"),
    Case(
        "16 MiB of a name",
        lambda: f"name: {'x' * (16 * MIB - 60)}\ninput: 3\nlayers: [relu]\n",
        None,
        3,
        1024 * MIB,
    ),
    Case(
        "16 MiB of layers",
        lambda: "input: 3\nlayers:\n" + "- a\n" * (4 * MIB - 10),
        "",
        20,
        1024 * MIB,
    ),
    Case(
        "16 MiB of times",
        lambda: f"input: 3\nlayers: [relu]\nvars: {{a: [{'0:30,' * 1_980_000}]}}\n",
        None,
        3,
        1024 * MIB,
    ),
    Case(
        "16 MiB of expressions",
        lambda: (
            "input: 3\nlayers: [dense: $a]\nvars:\n  b: 1\n  a: ["
            + "".join(f"$w{n:x}," for n in range(980_000))
            + "]\n"
        ),
        "a list or map that is a value",
        3,
        1024 * MIB,
    ),
    Case(
        "45 000 blocks, and calls of as many others",
        lambda: (
            blocks(*(f"B{n}: {{layers: [relu]}}" for n in range(45_000)))
            + f"\ninput: 3\nlayers: [{','.join(f'C{n}' for n in range(45_000))}]\n"
        ),
        "unknown block",
        3,
        1024 * MIB,
    ),
    Case(
        "60 000 parameters, and arguments that are none of them",
        lambda: (
            f"input: 3\nblocks: {{B: {{params: {{{','.join(f'p{n}: 1' for n in range(60_000))}}}, "
            f"layers: [relu]}}}}\nlayers: [{','.join(f'B: {{q{n}: 1}}' for n in range(60_000))}]\n"
        ),
        "B has no argument",
        3,
        1024 * MIB,
    ),
    # -- numbers
    Case(
        "a dimension of 200 digits",
        lambda: spec("relu", input="9" * 200),
        "a number of 200 characters; the limit is 64",
    ),
    Case(
        "a shape of 200 digits",
        lambda: spec("relu", input=f"{'9' * 200}x3"),
        "up to 4 sizes from 1",
    ),
    Case(
        "a filter count of 60 digits",
        lambda: spec(f"conv: {{filters: {'9' * 60}, kernel: 3}}"),
        "is beyond the limit of ±10^15",
    ),
    Case("10^16", lambda: spec("dense: 10000000000000001"), "is beyond the limit of ±10^15"),
    Case("1e999999999", lambda: spec("dense: 1e999999999"), "is beyond ±99"),
    Case("infinity", lambda: spec("dropout: .inf"), "is not a number that a spec can use"),
    Case("not a number", lambda: spec("dropout: .nan"), "is not a number that a spec can use"),
    Case("a negative stride", lambda: spec("conv: {filters: 1, kernel: 3, stride: -1}"), "not -1"),
    Case(
        "a kernel of 10^15",
        lambda: spec("conv: {filters: 1, kernel: 1000000000000000}"),
        "conv: the output's height is empty",
    ),
    Case(
        "an input of 10^15 per axis",
        lambda: spec(
            "conv: {filters: 1000000000000000, kernel: 3}",
            "max_pool: 2",
            "flatten",
            "dense: 3",
            input="x".join(["1000000000000000"] * 4),
        ),
        None,
    ),
    Case(
        "everything at 10^15",
        lambda: spec(
            "conv: {filters: 1000000000000000, kernel: 1000000000000000, padding: "
            "1000000000000000, stride: 1000000000000000, dilation: 1000000000000000, "
            "groups: 1000000000000000}"
        ),
        "",
    ),
    Case(
        "groups without a near divisor",
        lambda: spec(
            *[
                f"conv: {{filters: {999983 * n}, kernel: 1, groups: 999979, from: input}}"
                for n in range(1, 200)
            ],
            input="8x8x999983",
        ),
        "does not divide",
    ),
    *(
        Case(f"huge {layer}", partial(spec, layer, "conv: {filters: 3, kernel: 3}"), None)
        for layer in (
            "resize: 1000000000000000",
            "resize: {size: 1000000000000000}",
            "pad: 1000000000000000",
            "pixel_shuffle: 1000000000000000",
            "space_to_depth: 1000000000000000",
            "conv_transpose: {filters: 1, kernel: 3, stride: 1000000000000000}",
            "adaptive_avg_pool: 1000000000000000",
            "opaque: {output: 1000000000000000x1000000000000000}",
            "crop: 1000000000000000",
            "reshape: [1000000000000000, -1]",
            "split: 1000000000000000",
            "maxout: 1000000000000000",
            "slice: {stop: 1000000000000000}",
            "group_norm: 1000000000000000",
            "local_response_norm: 1000000000000000",
            "subsample: 1000000000000000",
            "depthwise_conv: {kernel: 3, multiplier: 1000000000000000}",
            "avg_pool: {size: 1000000000000000, padding: 1000000000000000, rounding: ceil}",
        )
    ),
    Case("layers that grow", lambda: spec("resize: {factor: 1000000000000000, repeat: 3000}"), ""),
    Case("channels that grow", lambda: spec("concat: {paths: [prev, prev], repeat: 20000}"), ""),
    Case(
        "maps that grow",
        lambda: spec("conv_transpose: {filters: 1, kernel: 9, stride: 9, repeat: 20000}"),
        "",
    ),
    # -- repetition
    Case("10^9 layers", lambda: spec("relu: {repeat: 1000000000}"), TOO_MANY),
    Case("10^15 layers", lambda: spec("relu: {repeat: 1000000000000000}"), TOO_MANY),
    Case("10^9 blocks", lambda: spec("B: {repeat: 1000000000}", head=calling(0, "relu")), TOO_MANY),
    Case(
        "10^9 empty blocks", lambda: spec("B0: {repeat: 1000000000}", head=calling(0, "")), TOO_MANY
    ),
    Case("10^9 merges", lambda: spec("add: {paths: [prev, prev], repeat: 1000000000}"), ""),
    Case(
        "1000^5",
        lambda: spec(
            "B5: {repeat: 1000}",
            head=blocks(
                "B0: {layers: [relu]}",
                *(f"B{n}: {{layers: [B{n - 1}: {{repeat: 1000}}]}}" for n in range(1, 6)),
            ),
        ),
        EITHER,
    ),
    Case(
        "1000^5 in paths",
        lambda: spec(
            "B5",
            head=blocks(
                "B0: {layers: [relu]}",
                *(
                    f"B{n}: {{layers: [residual: {{body: [B{n - 1}: {{repeat: 1000}}]}}]}}"
                    for n in range(1, 6)
                ),
            ),
        ),
        EITHER,
    ),
    Case("2^40 calls", lambda: spec("B38", head=calling(38, "relu")), TOO_MANY),
    Case("2^38 empty calls", lambda: spec("B38", head=calling(38, "")), TOO_MANY),
    Case(
        "2^38 dropped layers",
        lambda: spec("B38", head=calling(38, "relu: {when: false}")),
        TOO_MANY,
    ),
    Case(
        "2^38 layers repeated no times",
        lambda: spec("B38", head=calling(38, "relu: {repeat: 0}")),
        TOO_MANY,
    ),
    Case("2^38 unknown ops", lambda: spec("B38", head=calling(38, "reluu")), TOO_MANY),
    Case(
        "2^38 by first",
        lambda: spec(
            "B38",
            head=blocks(
                "B0: {params: {p: 0}, layers: [relu]}",
                *(
                    f"B{n}: {{params: {{p: 0}},"
                    f" layers: [B{n - 1}: {{repeat: 2, first: {{p: 1}}}}]}}"
                    for n in range(1, 39)
                ),
            ),
        ),
        TOO_MANY,
    ),
    Case(
        "2^38 by paths",
        lambda: spec(
            "B19",
            head=blocks(
                "B0: {params: {p: null}, layers: [add: [$p, $p]]}",
                *(
                    f"B{n}: {{params: {{p: [relu]}}, layers: [B{n - 1}: {{p: [add: [$p, $p]]}}]}}"
                    for n in range(1, 20)
                ),
            ),
        ),
        "",
        3,
    ),
    Case(
        "dropped layers in many calls",
        lambda: spec(
            "B: {repeat: 90000}",
            head=blocks(f"B: {{layers: [{', '.join(['relu: {when: false}'] * 3000)}]}}"),
        ),
        TOO_MUCH,
    ),
    Case(
        "dropped layers in 2^16 calls",
        lambda: spec("B16", head=calling(16, ", ".join(["relu: {when: false}"] * 3000))),
        TOO_MUCH,
    ),
    Case(
        "many paths in many merges",
        lambda: spec(f"concat: {{repeat: 1000, paths: [{', '.join(['input'] * 10_000)}]}}"),
        TOO_MUCH,
    ),
    Case(
        "a large block shared often",
        lambda: spec(
            "A: {n: 50000, name: a}",
            "A: {share: a, repeat: 40}",
            head=blocks("A: {params: {n: 1}, layers: [relu: {repeat: $n}]}"),
        ),
        TOO_MANY,
        2,
    ),
    Case(
        "dropped layers shared often",
        lambda: spec(
            f"A: {{p: [{', '.join(['relu: {when: false}'] * 100_000)}], name: a}}",
            "A: {share: a, repeat: 1000}",
            head=blocks("A: {params: {p: [relu]}, layers: [add: [$p, prev]]}"),
        ),
        TOO_MUCH,
        8,
        300 * MIB,
    ),
    Case("blocks that call themselves", lambda: spec("A", head=blocks("A: {layers: [A]}")), CYCLE),
    Case(
        "blocks that call each other",
        lambda: spec("A", head=blocks("A: {layers: [B]}", "B: {layers: [A]}")),
        CYCLE,
    ),
    Case(
        "a path that calls its block",
        lambda: spec("A", head=blocks("A: {layers: [add: [prev, [A]]]}")),
        CYCLE,
    ),
    Case(
        "a cycle behind when",
        lambda: spec("A", head=blocks("A: {layers: [A: {when: false}]}")),
        CYCLE,
    ),
    Case(
        "a cycle that would end",
        lambda: spec(
            "A: 1000000",
            head=blocks("A: {params: {n: 1}, layers: [A: {n: $(n-1), when: $(n > 0)}]}"),
        ),
        CYCLE,
    ),
    Case(
        "a cycle through a parameter",
        lambda: spec(
            "A", head=blocks("A: {params: {p: [relu]}, layers: [add: [$p, prev], A: {p: $p}]}")
        ),
        "",
    ),
    Case(
        "blocks 100 deep",
        lambda: spec(
            "B100",
            head=blocks(
                "B0: {layers: [relu]}", *(f"B{n}: {{layers: [B{n - 1}]}}" for n in range(1, 101))
            ),
        ),
        "blocks and paths stand more than 40 deep",
    ),
    Case("residuals 15 deep", lambda: spec("residual: {body: [" * 15 + "relu" + "]}" * 15), None),
    Case(
        "residuals 60 deep",
        lambda: spec("residual: {body: [" * 60 + "relu" + "]}" * 60),
        "deeper than 64",
    ),
    Case(
        "residuals through parameters",
        lambda: spec(
            "B39",
            head=blocks(
                "B0: {params: {p: [relu]}, layers: [residual: {body: $p}]}",
                *(
                    f"B{n}: {{params: {{p: [relu]}},"
                    f" layers: [B{n - 1}: {{p: [residual: {{body: $p}}]}}]}}"
                    for n in range(1, 40)
                ),
            ),
        ),
        None,
    ),
    # -- values
    Case(
        "a chain of 30 000 variables",
        lambda: spec("dense: $v29999", head=chain(30_000, "$v{0}", "3")),
        None,
        4,
    ),
    Case(
        "a chain of variables",
        lambda: spec(
            "conv: {filters: $v0, kernel: 1}",
            head=chain(10_000, "${0}".replace("{0}", "v{0}"), "3"),
        ),
        "values stand more than 40 deep in one another",
    ),
    Case(
        "a chain of deep expressions",
        lambda: spec(
            "conv: {filters: $v0, kernel: 1}", head=chain(39, "$(" + "-" * 49 + "v{0})", "3")
        ),
        "",
    ),
    Case(
        "a chain of lists",
        lambda: spec(
            "conv: {filters: 3, kernel: $v0}", head=chain(39, "[" * 55 + "$v{0}" + "]" * 55, "3")
        ),
        "values stand more than 40 deep in one another",
    ),
    Case(
        "lists that double",
        lambda: spec("conv: {filters: 3, kernel: $v0}", head=chain(18, "[$v{0}, $v{0}]", "[1, 1]")),
        "a list that a name stands for has at most 1000 values",
    ),
    Case(
        "maps that double",
        lambda: spec(
            "conv: {filters: 3, kernel: $v0}", head=chain(18, "{{a: $v{0}, b: $v{0}}}", "[1, 1]")
        ),
        "a list that a name stands for has at most 1000 values",
    ),
    Case(
        "parameters that double",
        lambda: spec(
            "B30: {p: [1, 1]}",
            head=blocks(
                "B0: {params: {p: 0}, layers: [{conv: {filters: 3, kernel: $p}}]}",
                *(
                    f"B{n}: {{params: {{p: 0}}, layers: [B{n - 1}: {{p: [$p, $p]}}]}}"
                    for n in range(1, 31)
                ),
            ),
        ),
        "",
    ),
    Case(
        "numbers that square",
        lambda: spec(
            "conv: {filters: $v0, kernel: 1}", head=chain(30, "$(v{0}*v{0})", "999999999999999")
        ),
        "10^15",
    ),
    Case(
        "fractions that grow",
        lambda: spec(
            "conv: {filters: $v0, kernel: 1}",
            head=chain(38, "$(v{0}/7 + v{0}/11)", "0.123456789012345"),
        ),
        "10^30",
    ),
    Case(
        "a long expression in many copies",
        lambda: spec(f"dense: {{units: $({'+'.join('1' * 95)}), repeat: 20000}}"),
        None,
        2,
    ),
    Case(
        "a long condition in many calls",
        lambda: spec(
            "B: {repeat: 50000}",
            head=blocks(
                f"B: {{params: {{n: 1}}, layers: [relu: {{when: $(n>{'+'.join('1' * 90)})}}]}}"
            ),
        ),
        TOO_MUCH_WORK,
        3,
    ),
    Case(
        "different expressions",
        lambda: spec(*(f"dense: $({n}{'+1' * 90})" for n in range(8000))),
        TOO_MUCH_WORK,
        6,
        200 * MIB,
    ),
    Case(
        "expressions in a list in many copies",
        lambda: spec(
            f"conv: {{filters: 1, kernel: 90, padding: same, weights: [{WEIGHTS}], repeat: 9999}}",
            head="vars: {a: 1}",
            input="8x8x1",
        ),
        None,
        2,
    ),
    Case(
        "a list beside a variable in many copies",
        lambda: spec(
            f"conv: {{filters: 1, kernel: 3, activation: $a, weights: [{'1, ' * 5000}],"
            " repeat: 9999}",
            head="vars: {a: relu}",
        ),
        "weights are 5000",
    ),
    Case(
        "a list of a MB",
        lambda: spec(f"dense: {{units: [{'1,' * MIB}]}}"),
        "at most 1,048,576 characters",
        6,
        200 * MIB,
    ),
    Case(
        "many lists",
        lambda: spec(
            *(
                f"conv: {{filters: 1, kernel: 3, weights: [{n}{',1' * 100_000}]}}"
                for n in range(16)
            ),
        ),
        TOO_MUCH_WORK,
        9,
        600 * MIB,
    ),
    Case(
        "many parameters in many calls",
        lambda: spec(
            "B: {repeat: 90000}",
            head=blocks(
                f"B: {{params: {{{', '.join(f'p{n}: 1' for n in range(1000))}}}, layers: [relu]}}"
            ),
        ),
        TOO_MUCH_WORK,
        4,
        400 * MIB,
    ),
    Case(
        "many parameters in calls that are written",
        lambda: spec(
            *["B"] * 3000,
            head=blocks(
                f"B: {{params: {{{', '.join(f'p{n}: 1' for n in range(9000))}}}, layers: []}}"
            ),
        ),
        TOO_MUCH_WORK,
        4,
        400 * MIB,
    ),
    Case("200 parentheses", lambda: spec(f"dense: $({'(' * 99}1{')' * 99})"), "200 characters"),
    Case(
        "90 parentheses", lambda: spec(f"dense: $({'(' * 90}1{')' * 90})"), "nests deeper than 50"
    ),
    Case("powers", lambda: spec("dense: $(9**9**9**9)"), "there are no powers"),
    Case(
        "Python in an expression",
        lambda: spec("dense: $(__import__('os').system('ls'))"),
        "there is no function",
    ),
    Case(
        "an expression of a MB", lambda: spec(f"dense: $({'1+' * MIB}1)"), "at most 200 characters"
    ),
    Case(
        "a value that is itself",
        lambda: spec("dense: $v", head="vars: {v: $v}"),
        "depends on itself",
    ),
    Case(
        "a repeat by the channels",
        lambda: spec("relu: {repeat: $in_channels}"),
        "may not stand here",
    ),
    Case(
        "a repeat by the channels of a block",
        lambda: spec(
            "B: $in_channels", head=blocks("B: {params: {n: 1}, layers: [relu: {repeat: $n}]}")
        ),
        "may not stand here",
    ),
    Case(
        "weights by name in many copies",
        lambda: spec(
            "conv: {filters: 1, kernel: 30, padding: same, weights: $w, repeat: 5000}",
            head=f"vars: {{w: [{', '.join(['[' + ', '.join('1' * 30) + ']'] * 30)}]}}",
            input="8x8x1",
        ),
        None,
        8,
    ),
    Case(
        "100 000 undefined values",
        lambda: spec("dense: {units: $nowhere, repeat: 99999}"),
        "not defined",
        8,
        300 * MIB,
    ),
    Case(
        "100 000 variables",
        lambda: spec(
            "dense: $v999990", head="vars:\n" + "\n".join(f"  v{n}: 1" for n in range(99_999))
        ),
        "not defined",
        4,
        300 * MIB,
    ),
    # -- many faults
    Case(
        "100 000 unknown ops",
        lambda: spec(*(f"conv{n}x" for n in range(99_999))),
        "unknown op",
        10,
        600 * MIB,
    ),
    Case(
        "100 000 unknown layers",
        lambda: spec(*(f"relu: {{from: nobody{n}}}" for n in range(50_000))),
        "no layer before this one",
        8,
        600 * MIB,
    ),
    Case(
        "a faulty layer 100 000 times",
        lambda: spec("dense: {units: -1, repeat: 99999}"),
        "at least 1",
        8,
        300 * MIB,
    ),
    Case(
        "a misfit 100 000 times",
        lambda: spec("conv: {filters: 3, kernel: 1, groups: 2, repeat: 99999}"),
        "does not divide",
        10,
        300 * MIB,
    ),
    Case(
        "10 000 arguments",
        lambda: spec(f"conv: {{{', '.join(f'a{n}: 1' for n in range(10_000))}}}"),
        "conv has no argument",
    ),
    Case(
        "10 000 keys of a layer",
        lambda: "input: 3\nlayers:\n  - relu:\n" + "".join(f"    k{n}: 1\n" for n in range(10_000)),
        "a layer is a map with one key",
    ),
    Case(
        "10 000 spellings",
        lambda: spec(
            "conv: {filters: 1, kernel: 1, "
            + ", ".join(["kernel_size: 1"] + [f"x{n}: 1" for n in range(9_999)])
            + "}"
        ),
        "",
    ),
    Case("concat of 10 000 paths", lambda: spec(f"concat: [{', '.join(['prev'] * 10_000)}]"), None),
    Case(
        "unequal concat of 10 000 paths",
        lambda: spec(
            "conv: {filters: 3, kernel: 3, name: a}",
            f"concat: [{', '.join(['input'] * 10_000)}, a]",
        ),
        "the paths have",
    ),
    Case(
        "10 000 inputs",
        lambda: "inputs: {" + ", ".join(f"i{n}: 3" for n in range(10_000)) + "}\nlayers: [relu]\n",
        "a network has at most 100 inputs",
    ),
    Case(
        "10 000 variants",
        lambda: spec(
            "relu", head="variants: {" + ", ".join(f"i{n}: 3" for n in range(10_000)) + "}"
        ),
        "must be a map",
        2,
    ),
    Case(
        "10 000 outputs",
        lambda: spec("relu", head=f"outputs: [{', '.join(['relu_1'] * 10_000)}]"),
        "a network has at most 1000 outputs",
    ),
    Case(
        "10 000 layers in a line",
        lambda: f"input: 3\nlayers: [{', '.join(['relu'] * 10_000)}]\n",
        None,
        2,
    ),
    Case(
        "10 000 unused variables",
        lambda: spec("relu", head=f"vars: {{{', '.join(f'v{n}: 1' for n in range(10_000))}}}"),
        None,
    ),
    Case(
        "10 000 dates",
        lambda: spec(
            *(f"oops{n}" for n in range(999)),
            head=f"vars: {{a: [{', '.join(['2024-01-01'] * 10_000)}]}}",
        ),
        "unknown op",
        2,
    ),
    Case(
        "comments that silence nothing",
        lambda: spec(*["relu # cnncalc: ignore[S102]"] * 10_000),
        None,
        2,
    ),
    Case(
        "a comment that silences nothing often",
        lambda: spec(f"relu # cnncalc: ignore[{'S102,' * 1_000_000}]"),
        None,
    ),
    # -- names
    Case("a name of a MB", lambda: spec(f"relu: {{name: {LONG}}}"), "characters, of 1,000 allowed"),
    Case(
        "a name of a MB 100 000 times",
        lambda: spec(f"relu: {{name: {LONG}, repeat: 99999}}"),
        "characters, of 1,000 allowed",
    ),
    Case(
        "an op of a MB",
        lambda: spec(f"? {LONG}\n    : {{repeat: 99999}}"),
        "characters, of 1,000 allowed",
    ),
    Case(
        "a block of a MB",
        lambda: spec(
            f"? B{LONG}\n    : {{repeat: 99999}}", head=blocks(f"? B{LONG}\n  : {{layers: []}}")
        ),
        "characters, of 1,000 allowed",
    ),
    Case(
        "blocks of 900 characters in one another",
        lambda: spec(
            "B30",
            head=blocks(
                "B0: {layers: [relu]}",
                *(f"B{n}: {{layers: [B{n - 1}: {{name: {'x' * 900}}}]}}" for n in range(1, 31)),
            ),
        ),
        "characters, of 1,000 allowed",
    ),
    Case(
        "an argument of a MB",
        lambda: spec(f"relu:\n      ? {LONG}\n      : 1"),
        "relu has no argument 'xxx",
    ),
    Case("a value of a MB", lambda: spec(f"relu: {{dtype: {LONG}}}"), "not 'xxx"),
    Case("a reference of a MB", lambda: spec(f"relu: {{from: {LONG}}}"), "is called 'xxx"),
    Case("a section of a MB", lambda: spec("relu", head=f"? {LONG}\n: 1"), "unknown key 'xxx"),
    Case(
        "a variable of a MB",
        lambda: spec(f"dense: $v{LONG}", head=f"vars:\n  ? v{LONG}\n  : 1"),
        "at most 200 characters",
    ),
    Case(
        "a parameter of a MB",
        lambda: spec(
            "B", head=blocks(f"B:\n    layers: []\n    params:\n      ? {LONG}\n      : null")
        ),
        "cannot be a parameter of block 'B'",
    ),
    Case(
        "control characters in an op",
        lambda: spec('"\\e[31mconv\\n\\u202e": 3'),
        r"unknown op '\x1b[31mconv\n\u202e'",
    ),
    Case(
        "control characters in a name",
        lambda: spec('relu: {name: "\\e[2J\\n"}', 'relu: {name: "\\e[2J\\n"}'),
        r"\x1b[2J\n",
    ),
    Case("control characters in an argument", lambda: spec('relu: {"\\e[2J\\n": 1}'), r"\x1b[2J\n"),
    Case("control characters in a value", lambda: spec('relu: {dtype: "\\e[2J\\n"}'), r"\x1b[2J\n"),
    Case(
        "control characters in paths",
        lambda: spec('conv: {filters: 9, kernel: 1, name: "\\e[2J\\n"}', "add: [prev, input]"),
        r"\x1b[2J\n",
    ),
    Case(
        "control characters beside an op",
        lambda: 'input: 3\nlayers:\n  - relu:\n    "\\e[2J\\n": 1\n',
        "one key",
    ),
    Case(
        "control characters in a block",
        lambda: spec("relu", head=blocks('"B\\e[2J\\n": 3')),
        r"\x1b[2J\n",
    ),
    Case(
        "control characters in an input",
        lambda: 'inputs: {"\\e[2J\\n": 3, b: 3}\nlayers: [relu]\n',
        "the network has several inputs",
    ),
    Case(
        "control characters in a parameter",
        lambda: spec("B", head=blocks('B: {params: {"\\e[2J\\n": null}, layers: []}')),
        r"\x1b[2J\n",
    ),
    Case(
        "control characters in a dropped name",
        lambda: spec('relu: {name: "\\e\\n", when: false}', 'relu: {from: "\\e\\n"}'),
        "was dropped",
    ),
    Case(
        "control characters in a share",
        lambda: spec('relu: {name: "\\e\\n"}', 'conv: {share: "\\e\\n"}'),
        r"\x1b\n",
    ),
    # -- settings
    Case(
        "an unknown variable",
        lambda: spec("relu"),
        "the spec has no such variable",
        settings={"define": {LONG: 1}},
    ),
    Case(
        "a control character in -D",
        lambda: spec("relu"),
        r"\x1b",
        settings={"define": {"\x1b[31m\n": 1}},
    ),
    Case(
        "a huge value",
        lambda: spec("relu", head="vars: {w: 1}"),
        "beyond the limit",
        settings={"define": {"w": 10**300}},
    ),
    Case(
        "a huge list",
        lambda: spec("relu", head="vars: {w: 1}"),
        "at most 1000 values",
        settings={"define": {"w": [1] * 100_000}},
    ),
    Case(
        "a variable of itself",
        lambda: spec("relu", head="vars: {w: 1}"),
        "depends on itself",
        settings={"define": {"w": "$w"}},
    ),
    Case(
        "an expression in -D",
        lambda: spec("relu", head="vars: {w: 1}"),
        "there are no powers",
        settings={"define": {"w": "$(9**9)"}},
    ),
    Case(
        "a deep list in -D",
        lambda: spec("relu", head="vars: {w: 1}"),
        "deep",
        settings={
            "define": {
                "w": [
                    [
                        [
                            [
                                [
                                    [
                                        [
                                            [
                                                [
                                                    [
                                                        [
                                                            [
                                                                [
                                                                    [
                                                                        [
                                                                            [
                                                                                [
                                                                                    [
                                                                                        [
                                                                                            [
                                                                                                [
                                                                                                    [
                                                                                                        [
                                                                                                            [
                                                                                                                [
                                                                                                                    [
                                                                                                                        [
                                                                                                                            [
                                                                                                                                [
                                                                                                                                    [
                                                                                                                                        [
                                                                                                                                            [
                                                                                                                                                [
                                                                                                                                                    [
                                                                                                                                                        [
                                                                                                                                                            [
                                                                                                                                                                [
                                                                                                                                                                    [
                                                                                                                                                                        [
                                                                                                                                                                            [
                                                                                                                                                                                [
                                                                                                                                                                                    [
                                                                                                                                                                                        [
                                                                                                                                                                                            [
                                                                                                                                                                                                [
                                                                                                                                                                                                    [
                                                                                                                                                                                                        1
                                                                                                                                                                                                    ]
                                                                                                                                                                                                ]
                                                                                                                                                                                            ]
                                                                                                                                                                                        ]
                                                                                                                                                                                    ]
                                                                                                                                                                                ]
                                                                                                                                                                            ]
                                                                                                                                                                        ]
                                                                                                                                                                    ]
                                                                                                                                                                ]
                                                                                                                                                            ]
                                                                                                                                                        ]
                                                                                                                                                    ]
                                                                                                                                                ]
                                                                                                                                            ]
                                                                                                                                        ]
                                                                                                                                    ]
                                                                                                                                ]
                                                                                                                            ]
                                                                                                                        ]
                                                                                                                    ]
                                                                                                                ]
                                                                                                            ]
                                                                                                        ]
                                                                                                    ]
                                                                                                ]
                                                                                            ]
                                                                                        ]
                                                                                    ]
                                                                                ]
                                                                            ]
                                                                        ]
                                                                    ]
                                                                ]
                                                            ]
                                                        ]
                                                    ]
                                                ]
                                            ]
                                        ]
                                    ]
                                ]
                            ]
                        ]
                    ]
                ]
            }
        },
    ),
    Case(
        "10^9 layers by -D",
        lambda: spec("relu: {repeat: $w}", head="vars: {w: 1}"),
        TOO_MANY,
        settings={"define": {"w": 10**9}},
    ),
    Case(
        "an unknown variant",
        lambda: spec("relu"),
        "the spec has no variant",
        settings={"variant": LONG},
    ),
    Case(
        "an input of 10^16",
        lambda: spec("relu"),
        "the input must be",
        settings={"input": f"{10**16}x3"},
    ),
    Case("an input of a MB", lambda: spec("relu"), "the input must be", settings={"input": LONG}),
    Case(
        "an unknown input",
        lambda: spec("relu"),
        "the spec has no input",
        settings={"input": {LONG: "3"}},
    ),
]
