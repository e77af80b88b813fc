"""The functions of the generated file that read and write weights."""

from __future__ import annotations

from cnncalc.exporters.code.literals import quoted
from cnncalc.exporters.keras.plan import Plan

_ASSIGN = '''\
def assign_weights(model, arrays):
    """Set the weights to arrays that are named and laid out as cnncalc has them."""
    for layer, variable, name in weights_of(model):
        array = arrays[name]
{transpose}        variable.assign(np.reshape(array, variable.shape))
{finalize}'''

_LOAD = '''\
def load_weights(model, path):
    """Read the weights from an .npz file of cnncalc (.npz only, no .safetensors)."""
    with np.load(path) as arrays:
        assign_weights(model, arrays)'''

_SAVE = '''\
def save_weights(model, path):
    """Write the weights to an .npz file, which `cnncalc run` reads."""
    arrays = {{}}
    for layer, variable, name in weights_of(model):
        array = ops.convert_to_numpy(variable.value).astype("float32")
{transpose}{reshape}        arrays[name] = array
    np.savez(path, **arrays)'''

_WEIGHTS = '''\
def weights_of(model):
    """Every layer with each of its variables and the name of that array in a file."""
    for layer in model.layers:
        owner = layer.name.replace(">", ".")
        for variable in layer.weights:
            name = f"{{owner}}.{{variable.name}}"
            yield layer, variable, {name}'''

_FINALIZE = """\
    for layer in model.layers:
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()
"""


def names(plan: Plan) -> str:
    """The table of arrays that are called otherwise than Keras's variables; empty without any."""
    if not plan.arrays:
        return ""
    lines = [f"    {quoted(key)}: {quoted(value)},\n" for key, value in plan.arrays.items()]
    comment = "# What cnncalc calls the arrays of layers that Keras has under another name.\n"
    return f"{comment}ARRAYS = {{\n{''.join(lines)}}}\n"


def sources(plan: Plan, used: set[str]) -> list[str]:
    """The functions that a network needs, each as its source.

    Args:
        plan: The network.
        used: What makes its layers: `layers.Dense`, and so on.
    """
    transpose = _transpose(sorted(made for made in used if made.endswith("DTranspose")))
    finalize = _FINALIZE if "layers.Normalization" in used else ""
    name = "ARRAYS.get(name, name)" if plan.arrays else "name"
    return [
        _WEIGHTS.format(name=name),
        _ASSIGN.format(transpose=transpose, finalize=finalize).rstrip(),
        _LOAD,
        _SAVE.format(transpose=transpose, reshape=_reshape(used)),
    ]


def _transpose(kinds: list[str]) -> str:
    if not kinds:
        return ""
    return (
        f"        if isinstance(layer, {_kinds(kinds)}) and array.ndim > 1:\n"
        "            array = np.swapaxes(array, -1, -2)\n"
    )


def _kinds(kinds: list[str]) -> str:
    return " | ".join(kinds)


def _reshape(used: set[str]) -> str:
    """Statements that give arrays the shapes that cnncalc has."""
    lines = ""
    depthwise = sorted(made for made in used if made.startswith("layers.DepthwiseConv"))
    if depthwise:
        lines += (
            f"        if isinstance(layer, {_kinds(depthwise)}) and array.ndim > 1:\n"
            "            array = np.reshape(array, (*array.shape[:-2], 1, -1))\n"
        )
    if any(made.startswith("layers.SeparableConv") for made in used):
        lines += (
            '        if variable.name == "depthwise_kernel":\n'
            "            array = np.reshape(array, (*array.shape[:-2], 1, -1))\n"
        )
    if "layers.PReLU" in used:
        lines += (
            "        if isinstance(layer, layers.PReLU):\n            array = array.reshape(-1)\n"
        )
    return lines
