"""What is not known has no figure on the blackboard either."""

import cnncalc


def test_groups_that_do_not_divide_the_channels_count_nothing() -> None:
    spec = "input: 32x32x6\nlayers:\n  - conv: {filters: 10, kernel: 3, groups: 4}\n"
    worked = cnncalc.explain(cnncalc.analyze(cnncalc.load(spec)), "conv_1")
    parts = {part.key: part for part in worked.parts}
    for key in ("parameters", "macs", "flops"):
        assert parts[key].lines == ()
        assert parts[key].notes == ("how many is not known",)
    assert "fully_connected" not in parts
