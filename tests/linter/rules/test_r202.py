"""R202: the border after which a convolution sees nothing new."""

from __future__ import annotations

from tests.linter.rules.looking import chain, fixed, look

CONV = "conv: {filters: 8, kernel: 3, padding: same, activation: relu}"


def severities(input: str, n_layers: int, head: str = "global_avg_pool") -> list[str]:
    """Of a chain of 3×3 convolutions: before layer k, from 0, the field is 2·k + 1."""
    text = chain(input, *[CONV] * n_layers, head, "dense: 10")
    return [finding.severity for finding in look(text, "R202")]


def test_a_field_as_large_as_the_input_is_not_larger() -> None:
    assert severities("9x9x3", 5) == []  # 9 before the last
    assert severities("9x9x3", 6) == ["info"]  # 11


def test_it_is_a_warning_once_the_corners_see_everything() -> None:
    # 17 = 2·9 - 1 before the layer at index 8
    assert severities("9x9x3", 9) == ["info"] * 3 + ["warning"]


def test_a_flattened_map_counts_as_well() -> None:
    assert severities("9x9x3", 6, "flatten") == ["info"]


def test_vgg16_on_cifar_is_past_the_border_from_its_fourth_stage_on() -> None:
    """Before conv4_1 the field is 44, before conv4_3 76 (63 is where the corners see all)."""
    stage = "conv: {{filters: 8, kernel: 3, padding: 1, activation: relu, name: s{}, repeat: {}}}"
    depths = [2, 2, 3, 3, 3]
    layers = [part for k, n in enumerate(depths, 1) for part in (stage.format(k, n), "max_pool: 2")]
    found = look(chain("32x32x3", *layers, "flatten", "dense: 10"), "R202")
    assert [(finding.layers, finding.severity) for finding in found] == [
        (("s4_1", "s4_2", "s4_3"), "info"),
        (("s5_1", "s5_2", "s5_3"), "warning"),
    ]


def test_both_axes_must_be_covered() -> None:
    layers = [CONV] * 8
    assert look(chain("9x90x3", *layers, "global_avg_pool"), "R202") == []


def test_an_axis_of_one_cell_does_not_count() -> None:
    layers = ["conv: {filters: 8, kernel: [1, 3], padding: same, activation: relu}"] * 6
    assert len(look(chain("1x9x3", *layers, "global_avg_pool"), "R202")) == 1
    assert look(chain("1x1x3", *[CONV] * 6, "global_avg_pool"), "R202") == []


def test_1x1_gathers_nothing() -> None:
    layers = [CONV] * 5 + ["conv: {filters: 8, kernel: 1, activation: relu}"] * 3
    assert look(chain("9x9x3", *layers, "global_avg_pool"), "R202") == []


def test_shortcuts_keep_a_narrow_path() -> None:
    layers = [CONV, *[f"residual: {{body: [{CONV}]}}"] * 20]
    assert look(chain("9x9x3", *layers, "global_avg_pool"), "R202") == []


def test_the_narrow_path_decides_and_not_the_wide_one() -> None:
    """A 9×9 window on it makes even the narrow path larger than the input."""
    layers = [CONV, *[f"residual: {{body: [{CONV}]}}"] * 20, CONV.replace("3", "9")]
    assert look(chain("9x9x3", *layers, "global_avg_pool"), "R202") == []


def test_a_gate_that_sees_everything_is_no_path() -> None:
    gate = "multiply: [prev, [global_avg_pool: {keep_dims: true}, conv: {filters: 8, kernel: 1}]]"
    assert look(chain("9x9x3", CONV, gate, CONV, "global_avg_pool"), "R202") == []


def test_maps_that_are_given_out_are_not_judged() -> None:
    assert look(chain("9x9x3", *[CONV] * 12), "R202") == []


def test_unknown_sizes_say_nothing() -> None:
    layers = ["opaque: {output: 9x9x8}", *[CONV] * 12, "global_avg_pool"]
    assert look(chain("9x9x3", *layers), "R202") == []


def test_the_fix_takes_the_padding_out_as_well() -> None:
    layers = [CONV.replace("same", "1")] * 6
    text = chain("9x9x3", *layers, "global_avg_pool")
    last = "conv: {filters: 8, kernel: 1, padding: 0, activation: relu}"
    assert fixed(text, "R202") == chain("9x9x3", *layers[:5], last, "global_avg_pool")


def test_there_is_no_fix_where_the_window_leads_on() -> None:
    for change in ("stride: 2, padding: same", "padding: valid"):
        last = f"conv: {{filters: 8, kernel: 3, {change}, activation: relu}}"
        found = look(chain("9x9x3", *[CONV] * 6, last, "global_avg_pool"), "R202")
        assert [len(finding.fixes) for finding in found] == [1, 0]


def test_a_depthwise_layer_is_not_made_1x1() -> None:
    layers = [CONV] * 5 + ["depthwise_conv: {kernel: 3, padding: same}"]
    (finding,) = look(chain("9x9x3", *layers, "global_avg_pool"), "R202")
    assert finding.fixes == ()
