"""Live modules as networks: the same values in the NumPy backend, the same counts, their names."""

from __future__ import annotations

import builtins
import warnings
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.analysis.facts import NetworkFacts
from cnncalc.conventions.counting import count
from cnncalc.importers.torch import from_torch
from tests.importers.torch import modules
from tests.numeric.arrays import assert_close

torch: Any = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def made(style: Any, seed: int = 0) -> Any:
    """A module with random weights and moments."""
    torch.manual_seed(seed)
    module = style().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
        for buffer in module.buffers():
            if buffer.is_floating_point() and buffer.ndim:
                buffer.copy_(torch.rand_like(buffer) + 0.5)
    return module


def imported(module: Any, shape: Any) -> NetworkFacts:
    network = from_torch(module, shape)
    assert not network.problems
    facts = cnncalc.analyze(network)
    assert not [fault for layer in facts.layers for fault in layer.faults]
    return facts


def last(array: Any) -> Any:
    """Channels last, as we have them."""
    return np.moveaxis(array.numpy(), 1, -1)


def compare(module: Any, facts: NetworkFacts, shape: Any) -> None:
    """The NumPy backend against the module itself."""
    shapes = [shape] if isinstance(shape[0], int) else shape
    inputs = [torch.randn(1, *one) for one in shapes]
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = module(*inputs)
    theirs = [theirs] if isinstance(theirs, torch.Tensor) else list(theirs)
    given = {name: last(one) for name, one in zip(facts.inputs, inputs, strict=True)}
    assert facts.network.origin is not None
    ours = cnncalc.run(facts.network, given, facts.network.origin.weights)
    for name, wanted in zip(facts.outputs, theirs, strict=True):
        assert_close(ours[name], last(wanted), "float32", name)


QUICK = (modules.Inplace, modules.Shuffle)


@pytest.mark.parametrize(
    "style",
    [
        pytest.param(style, id=style.__name__, marks=() if style in QUICK else pytest.mark.slow)
        for style in modules.STYLES
    ],
)
def test_styles(style: Any) -> None:
    module = made(style)
    facts = imported(module, style.shape)
    assert facts.totals.partial == ()
    assert facts.totals.n_params == sum(one.numel() for one in module.parameters())
    compare(module, facts, style.shape)


def test_names_are_those_of_the_modules() -> None:
    facts = imported(made(modules.Twice), modules.Twice.shape)
    assert [layer.name for layer in facts.layers] == [
        *("block.body.0", "block.body.1", "block.body.2", "block.add", "block.relu"),
        *("block.body.0_1", "block.body.1_1", "block.body.2_1", "block.add_1", "block.relu_1"),
        *("larger", "given"),
    ]
    assert facts.layer("block.body.0_1").shares == "block.body.0"
    assert facts.name == "Twice"
    origin = facts.network.origin
    assert origin is not None
    assert origin.format == f"PyTorch {torch.__version__}"


def test_tools_see_modules_functions_and_methods_apart() -> None:
    """fvcore counts the inputs of a module and of a function, thop those of a module only."""
    facts = imported(modules.Pools(), modules.Pools.shape)
    macs, pooled = 3 * 4 * 64, 4 * 64
    assert facts.totals.n_macs == macs
    assert count(facts, "fvcore").figures[0].value == macs + 2 * pooled
    assert count(facts, "thop").figures[0].value == macs + pooled + 4


def test_what_is_not_understood_is_opaque() -> None:
    facts = imported(made(modules.NotUnderstood), modules.NotUnderstood.shape)
    kinds = [layer.node.layer.kind for layer in facts.layers if layer.op == "opaque"]  # type: ignore[union-attr]
    assert kinds == [
        "PyTorch cumsum: there is no such layer",
        "PyTorch topk: there is no such layer",
    ]
    assert "n_macs" in facts.totals.partial
    assert facts.output_shape == (2, 6, 2)
    assert facts.totals.n_params == 112 + 10


def test_opaque_layers_keep_their_parameters() -> None:
    module = made(modules.Bilinear)
    facts = imported(module, modules.Bilinear.shape)
    assert facts.totals.n_params == sum(one.numel() for one in module.parameters())
    assert "n_params" not in facts.totals.partial
    assert "n_macs" in facts.totals.partial


def test_the_module_is_left_as_it_was() -> None:
    module = made(modules.Inplace).train()
    module.norm.eval()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    imported(module, (3, 16, 16))
    assert (module.training, module.conv.training, module.norm.training) == (True, True, False)
    after = module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_module_without_values() -> None:
    with torch.device("meta"):
        module = modules.Inplace()
    network = from_torch(module, (3, 16, 16))
    assert network.origin is not None
    assert len(network.origin.weights) == 0
    assert cnncalc.analyze(network).totals.n_params == 2789


@pytest.mark.parametrize(
    ("module", "shape", "reason"),
    [
        ("resnet50", (3, 8, 8), "from_torch takes a torch.nn.Module, not str"),
        (modules.Inplace, (3, 0, 8), r"the input must be 1 to 4 sizes, .* not \(3, 0, 8\)"),
        (modules.Inplace, "3x8x8", "the input must be"),
        (modules.Inplace, (), "the input must be"),
        (modules.Inplace, (5, 8, 8), "torch.export cannot trace the module: RuntimeError"),
        (modules.DependsOnValues, (3,), "torch.export cannot trace the module"),
        (modules.Vector, ((20,), (20,)), "torch.export cannot trace the module"),
    ],
)
def test_refusals(module: Any, shape: Any, reason: str) -> None:
    given = module if isinstance(module, str) else module()
    with pytest.raises(cnncalc.UsageError, match=reason) as caught:
        from_torch(given, shape)
    assert "\n" not in str(caught.value)


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def fake(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "torch":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", fake)
    with pytest.raises(cnncalc.UsageError, match=r'pip install "cnncalc\[torch\]"'):
        from_torch(None)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param("lenet5-modern", None, marks=pytest.mark.slow),
        pytest.param("m5", "512x1", marks=pytest.mark.slow),
        pytest.param("resnet18", "32x32x3", marks=pytest.mark.slow),
        pytest.param("resnet50-keras", "32x32x3", marks=pytest.mark.slow),
        pytest.param("mobilenet-v2-0.5", "32x32x3", marks=pytest.mark.slow),
        pytest.param("mobilenet-v3-large", "32x32x3", marks=pytest.mark.slow),
        pytest.param("efficientnet-b0", "32x32x3", marks=pytest.mark.slow),
        pytest.param("shufflenet-v2-0.5", "32x32x3", marks=pytest.mark.slow),
        pytest.param("squeezenet1-1", "64x64x3", marks=pytest.mark.slow),
        pytest.param("regnety-400mf", "32x32x3", marks=pytest.mark.slow),
        pytest.param("xception", "75x75x3", marks=pytest.mark.slow),
        pytest.param("dcgan", None, marks=pytest.mark.slow),
        pytest.param("unet", "32x32x1", marks=pytest.mark.slow),
    ],
)
def test_zoo(name: str, size: str | None) -> None:
    """A network that was built in PyTorch comes back with the same counts."""
    facts = cnncalc.analyze(cnncalc.load(name, input=size))
    torch.manual_seed(1)
    module = facts.network.build_torch().eval()
    shapes = [(shape[-1], *shape[:-1]) for shape in facts.inputs.values() if shape]
    back = imported(module, shapes[0])
    for word in ("n_params", "n_statistics", "n_macs", "partial"):
        assert getattr(back.totals, word) == getattr(facts.totals, word), word
    assert back.output_shape == facts.output_shape
    compare(module, back, shapes[0])
