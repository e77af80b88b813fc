"""What is found between two networks is what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.analysis.analyze import analyze
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.comparison.difference import Change, LayerDiff, NetworkDiff, diff
from cnncalc.comparison.likeness import stem
from cnncalc.errors import UsageError
from cnncalc.source import Source
from cnncalc.spec.flat import flat_spec
from cnncalc.spec.network import Network
from tests.helpers import facts_of, network_of, zoo_facts, zoo_names
from tests.properties.strategies import networks


def facts(text: str) -> NetworkFacts:
    return analyze(Network.from_source(Source("t.yaml", text)))


def compared(before: str, after: str) -> NetworkDiff:
    return diff(facts(before), facts(after))


def chains(first: Sequence[str], second: Sequence[str], input: str = "32x32x3") -> NetworkDiff:
    head = f"input: {input}\nlayers:\n"
    texts = [head + "".join(f"  - {layer}\n" for layer in layers) for layers in (first, second)]
    return compared(*texts)


def kinds(found: NetworkDiff) -> dict[str, int]:
    """How many layers are of each kind, but for those that nothing was done to."""
    return {
        kind: count
        for kind, count in found.counts.items()
        if count and kind not in ("same", "affected")
    }


def only(found: NetworkDiff, kind: str) -> LayerDiff:
    layers = [layer for layer in found.layers if layer.kind == kind]
    assert len(layers) == 1
    return layers[0]


# -- equal networks --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", zoo_names())
def test_a_network_is_like_itself(name: str) -> None:
    assert diff(zoo_facts(name), zoo_facts(name)).is_empty


@pytest.mark.parametrize("name", ["lenet5", "resnet50", "googlenet", "unet", "mobilenet-v3-large"])
def test_the_flat_spec_is_the_same_network(name: str) -> None:
    path, variant = zoo_names()[name]
    network = network_of(path.read_text(encoding="utf-8"), variant=variant)
    assert diff(network, facts_of(flat_spec(network))).is_empty


def test_what_is_written_in_another_way_is_the_same() -> None:
    assert chains(
        ["conv: {filters: 8, kernel: 3, padding: same}", "max_pool: 2", "relu"],
        [
            "conv: {filters: 8, kernel: [3, 3], padding: 1, stride: 1, in_channels: 3}",
            "max_pool: {size: 2x2, stride: 2, padding: 0}",
            "relu: {}",
        ],
    ).is_empty


def test_the_order_of_branches_is_no_difference() -> None:
    one = "[conv: {filters: 4, kernel: 1}, relu]"
    other = "[conv: {filters: 4, kernel: 3, padding: 1}, batch_norm]"
    found = chains([f"add: [{one}, {other}]"], [f"add: [{other}, {one}]"])
    assert found.is_empty
    found = chains([f"concat: [{one}, {other}]"], [f"concat: [{other}, {one}]"])
    assert kinds(found) == {"changed": 1}
    assert [change.what for change in only(found, "changed").changes] == ["inputs"]


def test_branches_may_be_written_in_turns() -> None:
    """Without names to go by: both branches have the same layers but for their sources."""
    head = """
input: 8x8x3
layers:
  - relu: {name: start}
  - tanh: {name: other}
"""
    first = (
        "  - conv: {{filters: 4, kernel: 1, from: start, name: {}}}\n  - batch_norm: {{name: {}}}\n"
    )
    second = first.replace("start", "other")
    ends = "  - concat: {{paths: [{}, {}], name: end}}\n"
    one_after_the_other = head + (first + second + ends).format("a", "b", "c", "d", "b", "d")
    in_turns = (
        head
        + """
  - conv: {filters: 4, kernel: 1, from: other, name: e}
  - conv: {filters: 4, kernel: 1, from: start, name: f}
  - batch_norm: {from: e, name: g}
  - batch_norm: {from: f, name: h}
  - concat: {paths: [h, g], name: end}
"""
    )
    found = compared(one_after_the_other, in_turns)
    assert kinds(found) == {"renamed": 4}
    names = {layer.before.name: layer.layer.name for layer in found.layers if layer.before}
    assert {"a": "f", "b": "h", "c": "e", "d": "g"}.items() <= names.items()


def test_more_digits_than_single_precision_has_are_no_difference() -> None:
    found = chains(["batch_norm: {epsilon: 1e-5}"], ["batch_norm: {epsilon: 9.99999975e-06}"])
    assert found.is_empty
    found = chains(["batch_norm: {epsilon: 1e-5}"], ["batch_norm: {epsilon: 1.00001e-5}"])
    assert kinds(found) == {"changed": 1}


def test_an_activation_may_be_a_layer_of_its_own() -> None:
    own = ["conv: {filters: 4, kernel: 3}", "prelu", "dense: 3", "softmax"]
    part = [
        "conv: {filters: 4, kernel: 3, activation: prelu}",
        "dense: {units: 3, activation: softmax}",
    ]
    for one, other in ((own, part), (part, own), ([*own[:2], part[1]], [part[0], *own[2:]])):
        found = chains(one, other)
        assert found.is_empty
        assert [layer.kind for layer in found.layers] == ["same"] * 4
    found = chains(own, [part[0].replace("prelu", "relu"), part[1]])
    assert kinds(found) == {"changed": 1, "removed": 1}
    wider = [part[0].replace("4", "8"), part[1]]
    for found in (chains(own, wider), chains(wider, own)):
        assert kinds(found) == {"changed": 1}
        assert [change.what for change in found.layers[0].changes] == ["filters"]
    frozen = chains([own[0], "prelu: {trainable: false}"], part[:1])
    assert kinds(frozen) == {"changed": 1, "removed": 1}


def test_what_is_read_before_its_activation_has_none_of_its_own() -> None:
    text = """
input: 8x8x3
{}layers:
  - conv: {{filters: 3, kernel: 1, name: one{}}}
{}  - add: {{paths: [{}, {}], name: sum}}
"""
    part = text.format("", ", activation: relu", "", "one", "one")
    relu = "  - relu: {name: two}\n"
    assert compared(text.format("", "", relu, "two", "two"), part).is_empty
    assert not compared(text.format("", "", relu, "one", "two"), part).is_empty
    given = text.format("outputs: [sum]\n", ", activation: relu", "", "one", "one")
    assert compared(text.format("outputs: [sum]\n", "", relu, "two", "two"), given).is_empty
    own = text.format("outputs: [one, sum]\n", "", relu, "two", "two")
    given = given.replace("[sum]", "[one, sum]")
    assert not compared(own, given).is_empty


# -- one change ------------------------------------------------------------------------------------

PLAIN = ["conv: {filters: 8, kernel: 3}", "batch_norm", "relu", "conv: {filters: 16, kernel: 3}"]


def test_an_inserted_layer_does_not_shift_the_rest() -> None:
    found = chains(PLAIN, [PLAIN[0], "dropout: 0.1", *PLAIN[1:]])
    assert found.counts == {
        "added": 1, "removed": 0, "changed": 0, "renamed": 0, "affected": 0, "same": 4,
    }  # fmt: skip
    assert only(found, "added").layer.name == "dropout_1"
    assert [layer.kind for layer in found.layers] == ["same", "added", "same", "same", "same"]


def test_a_removed_layer_stands_where_it_was() -> None:
    found = chains(PLAIN, [PLAIN[0], *PLAIN[2:]])
    assert [layer.kind for layer in found.layers] == ["same", "removed", "same", "same"]
    first = chains(PLAIN, PLAIN[1:])
    assert [layer.kind for layer in first.layers][:2] == ["removed", "affected"]


def test_a_changed_argument_and_what_follows_from_it() -> None:
    wider = "conv: {filters: 12, kernel: 3, stride: 2}"
    found = chains(PLAIN, [wider, *PLAIN[1:]])
    assert found.counts["changed"] == 1
    assert found.counts["affected"] == 3
    changes = {change.what: change[1:] for change in found.layers[0].changes}
    assert changes == {"filters": (8, 12), "stride": (1, 2)}
    figures = {change.what: change[1:] for change in found.layers[0].figures}
    assert figures["output_shape"] == ((30, 30, 8), (15, 15, 12))
    assert figures["n_params"] == (224, 336)
    totals = {change.what: change[1:] for change in found.totals}
    assert totals["n_params"] == (224 + 16 + 1168, 336 + 24 + 1744)


def test_what_comes_to_the_same_is_not_among_the_changes() -> None:
    found = chains(
        ["conv: {filters: 8, kernel: 1, padding: same}"], ["conv: {filters: 9, kernel: 1}"]
    )
    assert [change.what for change in found.layers[0].changes] == ["filters"]


def test_frozen_weights_and_other_types_are_changes() -> None:
    for words in ("trainable: false", "dtype: float16"):
        found = chains(["dense: 4"], [f"dense: {{units: 4, {words}}}"], "7")
        assert kinds(found) == {"changed": 1}
        assert [change.what for change in found.layers[0].changes] == [words.partition(":")[0]]


def test_another_activation_is_a_change_of_its_layer() -> None:
    found = chains(
        ["conv: {filters: 8, kernel: 1, activation: relu}"],
        ["conv: {filters: 8, kernel: 1, activation: {leaky_relu: 0.2}}"],
    )
    assert [change.what for change in found.layers[0].changes] == ["activation"]


def test_another_source_is_a_change() -> None:
    text = """
input: 8x8x3
layers:
  - conv: {{filters: 3, kernel: 1, name: one}}
  - relu: {{name: two}}
  - tanh: {{name: three}}
  - add: {{paths: [{}, three], name: sum}}
"""
    found = compared(text.format("one"), text.format("two"))
    change = only(found, "changed").changes[0]
    assert change == ("inputs", ("one", "three"), ("two", "three"))


def test_shared_weights_are_a_difference() -> None:
    text = """
input: 8x8x3
layers:
  - conv: {{filters: 3, kernel: 1, name: one}}
  - conv: {{{}, name: two}}
"""
    found = compared(text.format("filters: 3, kernel: 1"), text.format("share: one"))
    assert [change.what for change in only(found, "changed").changes] == ["share"]
    assert {change.what for change in found.totals} >= {"n_params"}


def test_other_inputs_and_outputs_are_a_difference() -> None:
    text = """
inputs: {{a: {}, b: 4x4x3}}
outputs: [{}]
layers:
  - add: {{paths: [a, b], name: c}}
  - relu: {{name: d}}
"""
    found = compared(text.format("4x4x3", "d"), text.format("4x4x3", "c, d"))
    assert [change[0] for change in found.changes] == ["outputs"]
    assert found.counts["same"] == 2
    assert not found.is_empty
    found = compared(text.format("4x4x3", "d"), text.format("1x1x3", "d"))
    assert [change[0] for change in found.changes] == ["inputs"]


def test_a_layer_at_the_end_is_merely_added() -> None:
    found = chains(PLAIN, [*PLAIN, "relu"])
    assert not found.changes
    assert kinds(found) == {"added": 1}


# -- names -----------------------------------------------------------------------------------------


def test_another_name_is_a_difference() -> None:
    found = chains(["relu: {name: a}", "tanh"], ["relu: {name: b}", "tanh"])
    assert kinds(found) == {"renamed": 1}
    assert only(found, "renamed").changes == (("name", "a", "b"),)
    assert not found.is_empty


def test_numbers_in_names_only_count() -> None:
    assert stem("conv_7") == stem("conv_12")
    assert stem("Bottleneck_3.conv_1") == stem("Bottleneck_30.conv_1")
    assert stem("features.7.bias") == stem("features.8.bias")
    assert stem("/layer1/layer1.0/Conv") == stem("/layer1/layer1.1/Conv")
    assert stem("Bottleneck_3>conv_1") == stem("Bottleneck_3/conv_1") == stem("Bottleneck_4.conv_2")
    assert stem("conv1") != stem("conv2")
    assert stem("block_1_conv") != stem("block_2_conv")
    assert stem("é_1") == stem("é_2")
    found = chains(["relu: {name: a_1}"], ["relu: {name: a_2}"])
    assert found.is_empty


def test_a_layer_with_a_name_may_become_another_op() -> None:
    found = chains(
        ["conv: {filters: 4, kernel: 3, name: stem}"],
        ["separable_conv: {filters: 4, kernel: 3, name: stem}"],
    )
    assert [change.what for change in only(found, "changed").changes] == ["op"]
    assert kinds(chains(["relu"], ["tanh"])) == {"removed": 1, "added": 1}


# -- pairs of the zoo ------------------------------------------------------------------------------


def test_vgg19_is_vgg16_with_three_convolutions() -> None:
    found = diff(zoo_facts("vgg16"), zoo_facts("vgg19"))
    assert kinds(found) == {"added": 3}
    names = [layer.layer.name for layer in found.layers if layer.kind == "added"]
    assert names == ["stage3.conv_4", "stage4.conv_4", "stage5.conv_4"]


def test_resnet101_is_resnet50_with_seventeen_blocks() -> None:
    found = diff(zoo_facts("resnet50"), zoo_facts("resnet101"))
    assert kinds(found) == {"added": 170}
    calls = {layer.layer.node.scope[0] for layer in found.layers if layer.kind == "added"}
    assert calls == {f"Bottleneck_{number}" for number in range(14, 31)}


def test_half_as_wide_is_the_same_layers_with_other_filters() -> None:
    found = diff(zoo_facts("mobilenet-v2"), zoo_facts("mobilenet-v2-0.5"))
    assert set(kinds(found)) == {"changed"}
    for layer in found.layers:
        assert layer.before
        assert layer.before.name == layer.layer.name
        assert [change.what for change in layer.changes] in ([], ["filters"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alexnet", "vgg16"), ("resnet50", "resnet50-keras"), ("lenet5", "lenet5-modern"),
        ("googlenet", "googlenet-torchvision"), ("unet", "unet-valid"), ("m11", "m18"),
        ("densenet121", "densenet169"), ("mobilenet-v1", "mobilenet-v2"),
    ],
)  # fmt: skip
def test_back_is_forth_the_other_way_round(one: str, other: str) -> None:
    forth, back = diff(zoo_facts(one), zoo_facts(other)), diff(zoo_facts(other), zoo_facts(one))
    assert {turned(layer) for layer in back.layers} == {told(layer) for layer in forth.layers}
    assert back.is_empty == forth.is_empty


def told(layer: LayerDiff) -> tuple[Any, ...]:
    names = [found and found.name for found in (layer.before, layer.after)]
    return (layer.kind, *names, repr(layer.changes), repr(layer.figures))


def turned(layer: LayerDiff) -> tuple[Any, ...]:
    kind: Any = {"added": "removed", "removed": "added"}.get(layer.kind, layer.kind)
    changes, figures = (
        tuple(Change(change.what, change.after, change.before) for change in some)
        for some in (layer.changes, layer.figures)
    )
    return told(LayerDiff(layer.after, layer.before, kind, changes, figures))


# -- random networks -------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.data())
def test_what_is_done_to_a_network_is_what_is_found(data: st.DataObject) -> None:
    drawn = data.draw(networks())
    before = facts_of(drawn.text)
    spec = yaml.safe_load(flat_spec(before.network))
    layers = spec["layers"]
    place = data.draw(st.integers(0, len(layers) - 1))
    what = data.draw(st.sampled_from(["insert", "delete", "change", "rename"]))
    expected = _do(what, spec, place)
    after = facts(yaml.safe_dump(spec, sort_keys=False))
    assert diff(after, after).is_empty
    for found, turn in ((diff(before, after), False), (diff(after, before), True)):
        names = {"added": "removed", "removed": "added"} if turn else {}
        assert kinds(found) == {names.get(kind, kind): 1 for kind in expected}
        assert found.is_empty == (not expected)


def _do(what: str, spec: dict[str, Any], place: int) -> list[str]:
    """Do something to one layer; what has to be found then."""
    layers = spec["layers"]
    ((op, words),) = layers[place].items()
    names = [words["name"] for layer in layers for words in layer.values()]
    if what == "rename" and not _is_read(spec, words["name"]):
        words["name"] = "another"
        return ["renamed"]
    if what == "change" and op == "conv":
        words["filters"] += 1  # what follows may be at fault then
        return ["changed"]
    if what == "change" and op not in ("flatten", "identity"):
        words["trainable"] = False
        return ["changed"]
    reads = words.get("from", names[place - 1] if place else None)
    if what == "delete" and len(layers) > 1 and "paths" not in words and reads:
        _read_instead(spec, words["name"], reads)
        following = layers[place + 1] if place + 1 < len(layers) else None
        del layers[place]
        if following is not None:
            ((_, next_words),) = following.items()
            if "paths" not in next_words:
                next_words.setdefault("from", reads)
        return ["removed"]
    # a layer that is nowhere else, between this one and those that read it
    _read_instead(spec, words["name"], "inserted")
    inserted = {"name": "inserted", "rate": 0.123, "from": words["name"]}
    layers.insert(place + 1, {"dropout": inserted})
    return ["added"]


def _is_read(spec: dict[str, Any], name: str) -> bool:
    all_words = [words for layer in spec["layers"] for words in layer.values()]
    named = [words.get(key) for words in all_words for key in ("from", "share")]
    paths = [path for words in all_words for path in words.get("paths", [])]
    return name in (*named, *paths, *spec.get("outputs", []))


def _read_instead(spec: dict[str, Any], name: str, other: str) -> None:
    for layer in spec["layers"]:
        for words in layer.values():
            if words.get("from") == name:
                words["from"] = other
            if "paths" in words:
                words["paths"] = [other if path == name else path for path in words["paths"]]
    if "outputs" in spec:
        spec["outputs"] = [other if output == name else output for output in spec["outputs"]]


# -- limits and refusals ---------------------------------------------------------------------------


def test_what_is_not_understood_cannot_be_compared() -> None:
    with pytest.raises(UsageError, match=r"t\.yaml: unknown op 'foo'.*mend what"):
        chains(["relu"], ["foo"])


def test_figures_that_are_not_known_are_equal_if_both_are_not() -> None:
    opaque = "opaque: {output: 4x4x2}"
    assert chains([opaque, "relu"], [opaque, "relu"]).is_empty
    found = chains([opaque], ["opaque: {output: 4x4x2, params: 3}"])
    figures = {change.what: change[1:] for change in found.layers[0].figures}
    assert figures["n_params"] == (None, 3)


def test_a_long_network() -> None:
    block = "\n".join(
        f"  - conv: {{filters: 4, kernel: 3, padding: 1, repeat: {count}}}\n  - relu"
        for count in (9000, 500, 500)
    )
    text = f"input: 8x8x4\nlayers:\n{block}\n"
    found = compared(text, text.replace("repeat: 500", "repeat: 499", 1))
    assert kinds(found) == {"removed": 1}


def test_dense_connections_are_followed_in_bounded_time() -> None:
    """Every layer of what was added reads the sixty before it."""
    names = [f"n_{index}" for index in range(300)]
    lines = ["  - relu: {name: n_0}"]
    for index in range(1, 300):
        paths = ", ".join(names[max(0, index - 60) : index])
        op = "maximum" if index > 1 else "relu"
        words = f"paths: [{paths}], " if index > 1 else ""
        lines.append(f"  - {op}: {{{words}name: n_{index}}}")
    head = "input: 4x4x2\nlayers:\n"
    longer = "\n".join(["  - tanh", *lines, "  - elu"])
    found = compared(f"{head}  - tanh\n  - elu\n", f"{head}{longer}\n")
    assert kinds(found) == {"added": 300}
