"""The functions of the generated file that read and write weights."""

from __future__ import annotations

from cnncalc.exporters.code.layout import WIDTH
from cnncalc.exporters.code.literals import quoted
from cnncalc.exporters.torch.plan import Plan

FUNCTIONS = frozenset({"weights_of", "load_weights", "save_weights"})
_MOVING = {"running_mean": "moving_mean", "running_var": "moving_variance"}
SET_TRAINABLE = '''\
def set_trainable(layer, trainable):
    """The layer, its weights frozen if they are not to be trained."""
    return layer.requires_grad_(trainable)'''

WITH_KERNEL = '''\
def with_kernel(layer, kernel):
    """The layer, its kernel set to one that is written out."""
    weight = next(layer.parameters())
    weight.data.copy_(torch.from_numpy(kernel))
    return layer'''

_WEIGHTS = '''\
def weights_of(model):
    """Yield every weight: its name in cnncalc, and a view of it with cnncalc's axes."""
    for path, layer in model.named_modules():
        names = WEIGHTS.get(type(layer), {{}})
        for key, tensor in layer.state_dict().items():
            if key in names:
{move}                yield f"{{{path}}}.{{names[key]}}", tensor'''

_MOVE = """\
                if key.endswith("weight") and tensor.ndim > 1:
                    # ours: output, input, *window; theirs: *window, input, output
                    tensor = tensor.movedim((1, 0), (-2, -1))
"""
_MOVE_TRANSPOSED = """\
                if key.endswith("weight") and tensor.ndim > 1:
                    # ours: output, input, *window (transposed: input, output);
                    # theirs: *window, input, output
                    turned = isinstance(layer, {kinds})
                    tensor = tensor.movedim((0, 1) if turned else (1, 0), (-2, -1))
"""

_REST = '''\
def load_weights(model, path):
    """Read the weights from an .npz file of cnncalc (.npz only, no .safetensors)."""
    with np.load(path) as arrays:
        for name, tensor in weights_of(model):
            array = torch.from_numpy(arrays[name])
            tensor.copy_(array.reshape(tensor.shape))


def save_weights(model, path):
    """Write the weights to an .npz file, which `cnncalc run` reads."""
    arrays = {name: w.cpu().contiguous().numpy() for name, w in weights_of(model)}
    np.savez(path, **arrays)'''


def tables(plan: Plan, renamed: dict[str, str]) -> str:
    """What cnncalc calls the weights of each kind of module, and the layers with other names."""
    names = _names(plan)
    lines = ["# What cnncalc calls the weights of each kind of layer."]
    if any(_MOVING.items() <= own.items() for own in names.values()):
        lines.append(f"MOVING = {_dict(_MOVING)}")
    lines += ["WEIGHTS = {", *map(_row, names, names.values()), "}"] if names else ["WEIGHTS = {}"]
    if renamed:
        lines += ["# Layers that cnncalc knows by another name.", "RENAMED = {"]
        lines += [f"    {quoted(path)}: {quoted(name)}," for path, name in renamed.items()]
        lines.append("}")
    return "\n".join(lines)


def sources(plan: Plan, renamed: dict[str, str]) -> list[str]:
    """The functions, each as its source."""
    kinds = sorted(made for made in _names(plan) if made.startswith("nn.ConvTranspose"))
    keys = {key for names in _names(plan).values() for key in names}
    move = _MOVE_TRANSPOSED.format(kinds=" | ".join(kinds)) if kinds else _MOVE
    if not any(key.endswith("weight") for key in keys):
        move = ""
    path = "RENAMED.get(path, path)" if renamed else "path"
    return [_WEIGHTS.format(move=move, path=path), _REST]


def _names(plan: Plan) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for makings in plan.makings.values():
        for making in makings:
            if making.weights:
                found.setdefault(making.function, {}).update(making.weights)
    return found


def _dict(names: dict[str, str]) -> str:
    return "{" + ", ".join(f"{quoted(key)}: {quoted(name)}" for key, name in names.items()) + "}"


def _row(made: str, names: dict[str, str]) -> str:
    own = {key: name for key, name in names.items() if key not in _MOVING}
    flat = _dict(own) if own == names else f"MOVING | {_dict(own)}" if own else "MOVING"
    line = f"    {made}: {flat},"
    if len(line) <= WIDTH:
        return line
    rows = (f"        {quoted(key)}: {quoted(name)},\n" for key, name in names.items())
    return f"    {made}: {{\n{''.join(rows)}    }},"
