"""H501 to H504: the end of the network against what the loss wants."""

from __future__ import annotations

import pytest

from tests.linter.rules.looking import chain, fixed, look

HEAD = "dense: {units: 10, activation: %s}"


def codes(loss: str, *layers: str, target: str = "") -> set[str]:
    text = chain("8", "dense: {units: 16, activation: relu}", *layers)
    text += f"task: {{loss: {loss}}}\n" + (f"target: {target}\n" if target else "")
    return {finding.code for finding in look(text, "H")}


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        ("categorical_crossentropy", "softmax"),
        ("CategoricalCrossentropy", "softmax"),
        ("sparse_categorical_crossentropy", "softmax"),
        ("categorical_crossentropy, from_logits: true", "none"),
        ("binary_crossentropy", "sigmoid"),
        ("BinaryCrossentropy, from_logits: true", "none"),
        ("BCELoss", "sigmoid"),
        ("bce", "sigmoid"),
        ("CrossEntropyLoss", "none"),
        ("cross_entropy", "none"),
        ("nn.BCEWithLogitsLoss", "none"),
        ("bce_with_logits", "none"),
        ("binary_cross_entropy_with_logits", "none"),
        ("softmax_cross_entropy_with_logits", "none"),
        ("sigmoid_focal_loss", "none"),
        ("nll_loss", "log_softmax"),
        ("NLLLoss", "log_softmax"),
    ],
)
def test_losses(loss: str, wanted: str) -> None:
    """What the loss wants is fine, and the opposite is not."""
    if "BCEWith" in loss:
        loss = loss.removeprefix("nn.")
    assert codes(loss, HEAD % wanted) == set()
    opposite = "sigmoid" if wanted == "none" else "none"
    assert codes(loss, HEAD % opposite) == {"H501" if wanted == "none" else "H502"}


@pytest.mark.parametrize("loss", ["mse", "my_loss", "nll", "kl_divergence", "triplet", "hinge"])
@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "none", "tanh", "relu"])
def test_unknown_losses(loss: str, activation: str) -> None:
    assert codes(loss, HEAD % activation) == set()


def test_cross_entropy_is_pytorchs() -> None:
    assert codes("cross_entropy", HEAD % "softmax", target="[keras, torch]") == {"H501"}
    assert codes("cross_entropy", HEAD % "softmax", target="keras") == set()


def test_without_a_task() -> None:
    assert not look(chain("8", HEAD % "relu", "softmax"), "H")


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((HEAD % "softmax", "softmax"), {"H501"}),
        (("dense: 10", "softmax", "reshape: [10]", "dropout: 0"), {"H501"}),
        (("dense: 10", "log_softmax"), set()),  # softmax of it is softmax
        (("dense: 10", "tanh"), set()),
        (("dense: 10", "relu", "batch_norm"), set()),
        (("dense: 10", "softmax", "batch_norm"), set()),
        (("dense: 10", "softmax", "add: [prev, prev]"), set()),
        ((HEAD % "relu",), {"H504"}),
        ((HEAD % "relu6", "identity"), {"H504"}),
        ((HEAD % "leaky_relu",), set()),
    ],
)
def test_before_a_loss_on_logits(layers: tuple[str, ...], expected: set[str]) -> None:
    assert codes("CrossEntropyLoss", *layers) == expected


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (("dense: 10", "softmax"), set()),
        (("dense: 10", "tanh"), {"H502"}),
        (("dense: 10", "log_softmax"), {"H502"}),
        (("dense: 10", "softplus"), set()),
        ((HEAD % "relu",), {"H502"}),
        ((HEAD % "relu", "softmax"), {"H504"}),
        (("dense: 10", "batch_norm"), set()),
        (("dense: 10", "maxout: 2"), set()),
        (("softmax", "average: [prev, prev]"), set()),
        (("dense: 10", "opaque: {output: 10}"), set()),
    ],
)
def test_before_a_loss_on_probabilities(layers: tuple[str, ...], expected: set[str]) -> None:
    assert codes("categorical_crossentropy", *layers) == expected


def test_nll_wants_logarithms() -> None:
    text = chain("8", "dense: 10", "softmax") + "task: {loss: NLLLoss}\n"
    assert fixed(text, "H502") == text.replace("softmax", "log_softmax")


def maps(loss: str, *layers: str) -> set[str]:
    return {f.code for f in look(chain("8x8x4", *layers) + f"task: {{loss: {loss}}}\n", "H")}


def test_means_over_positions_stay_what_they_are() -> None:
    conv = "conv: {filters: 10, kernel: 1, activation: %s}"
    assert maps("CrossEntropyLoss", conv % "softmax", "global_avg_pool") == {"H501"}
    assert maps("CrossEntropyLoss", conv % "none", "global_avg_pool") == set()
    assert maps("CrossEntropyLoss", conv % "relu", "global_avg_pool") == set()  # SqueezeNet
    assert maps("categorical_crossentropy", conv % "softmax", "global_avg_pool") == set()
    assert maps("categorical_crossentropy", conv % "none", "global_avg_pool") == {"H502"}
    assert maps("categorical_crossentropy", conv % "softmax", "global_max_pool") == set()
    assert maps("CrossEntropyLoss", conv % "softmax", "global_max_pool") == set()


def test_fix_of_h502_behind_a_pooling() -> None:
    text = chain("8x8x4", "conv: {filters: 10, kernel: 1}", "global_avg_pool")
    text += "task: {loss: categorical_crossentropy}\n"
    added = text.replace("global_avg_pool\n", "global_avg_pool\n  - softmax\n")
    assert fixed(text, "H502") == added


def test_fixes_of_h501() -> None:
    text = chain("8", "dense: 10", "softmax")
    assert fixed(text + "task: {loss: CrossEntropyLoss}\n", "H501") == (
        chain("8", "dense: 10") + "task: {loss: CrossEntropyLoss}\n"
    )
    task = "task: {loss: categorical_crossentropy, from_logits: true}\n"
    (finding,) = look(text + task, "H501")
    assert [fix.title for fix in finding.fixes] == [
        "drop the softmax",
        "declare from_logits: false",
    ]
    for other in (
        "{loss: CrossEntropyLoss, from_logits: true}",
        "{loss: CrossEntropyLoss, from_logits: false}",
        "{loss: categorical_crossentropy, from_logits: $on}",
    ):
        (finding,) = look(text + f"task: {other}\nvars: {{on: true}}\n", "H501")
        assert [fix.title for fix in finding.fixes] == ["drop the softmax"]


@pytest.mark.parametrize(
    ("units", "task", "is_wrong"),
    [
        (10, "classes: 10", False),
        (12, "classes: 10", True),
        (11, "classes: 10", False),  # a background
        (9, "classes: 10", True),
        (30, "classes: 10", True),
        (12, "classes: 10, loss: categorical_crossentropy", True),
        (12, "classes: 10, loss: sparse_categorical_crossentropy", True),
        (12, "classes: 10, loss: arcface", False),
        (12, "classes: 10, object_size: 20", False),
        (12, "loss: categorical_crossentropy", False),
    ],
)
def test_class_count(units: int, task: str, is_wrong: bool) -> None:
    text = chain("8", f"dense: {{units: {units}, activation: softmax}}") + f"task: {{{task}}}\n"
    assert bool(look(text, "H503")) is is_wrong


@pytest.mark.parametrize(
    ("units", "activation", "task", "is_wrong"),
    [
        (1, "sigmoid", "classes: 2, loss: binary_crossentropy", False),
        (1, "none", "classes: 2, loss: BCEWithLogitsLoss", False),
        (1, "none", "classes: 2, loss: CrossEntropyLoss", True),
        (2, "sigmoid", "classes: 2, loss: binary_crossentropy", False),
        (5, "sigmoid", "classes: 9, loss: binary_crossentropy", True),
        (1, "sigmoid", "classes: 2", False),
        (20, "none", "classes: 9", False),  # nothing says that these are classes
        (1, "softmax", "classes: 2", True),
        (1, "softmax", "loss: mse", True),
    ],
)
def test_class_count_without_softmax(
    units: int, activation: str, task: str, is_wrong: bool
) -> None:
    text = chain("8", f"dense: {{units: {units}, activation: {activation}}}")
    assert bool(look(text + f"task: {{{task}}}\n", "H503")) is is_wrong


@pytest.mark.parametrize(
    ("filters", "is_wrong"), [(20, False), (21, False), (84, False), (80, False), (22, True)]
)
def test_class_count_on_a_map(filters: int, is_wrong: bool) -> None:
    text = chain("8x8x4", f"conv: {{filters: {filters}, kernel: 1}}")
    text += "task: {loss: CrossEntropyLoss, classes: 20}\n"
    assert bool(look(text, "H503")) is is_wrong


def test_softmax_over_one_channel_anywhere() -> None:
    text = chain("8x8x4", "conv: {filters: 1, kernel: 1, activation: softmax}", "relu")
    (finding,) = look(text, "H503")
    assert not finding.fixes
    text = chain("8", "dense: 1", "softmax")
    assert fixed(text, "H503") == chain("8", "dense: 1", "sigmoid")
    assert not look(chain("8x8x1", "reshape: [64]", "softmax"), "H503")


def test_what_is_flattened_is_not_judged() -> None:
    layers = ("conv: {filters: 10, kernel: 1}", "flatten", "softmax")
    assert not look(chain("8x8x4", *layers) + "task: {classes: 10}\n", "H503")


def test_unknown_sizes() -> None:
    text = chain("8x8x4", "conv: {filters: 3.5, kernel: 1}", "global_avg_pool", "softmax")
    assert not look(text + "task: {classes: 10}\n", "H")
    broken = chain("8x8x4", "conv: {filters: 4, kernel: 9, activation: softmax}")
    assert not look(broken + "task: {loss: CrossEntropyLoss, classes: 10}\n", "H")


def test_fix_of_h503_leaves_an_expression_alone() -> None:
    text = chain("8", "dense: {units: $n, activation: softmax}")
    (finding,) = look(text + "task: {classes: 10}\nvars: {n: 12}\n", "H503")
    assert not finding.fixes


def test_a_second_relu_is_one_finding() -> None:
    text = chain("8", "dense: {units: 10, activation: relu}", "relu")
    found = look(text + "task: {loss: CrossEntropyLoss}\n", "H504", "T403")
    assert [finding.code for finding in found] == ["H504"]
