"""A second look at generated code: nothing but the few forms that generated code has."""

from __future__ import annotations

import ast

_NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.Import, ast.ImportFrom, ast.alias, ast.FunctionDef, ast.ClassDef,
    ast.arguments, ast.arg, ast.keyword, ast.Return, ast.Assign, ast.AugAssign, ast.Expr, ast.Call,
    ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Subscript, ast.Slice,
    ast.Starred, ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp,
    ast.Compare, ast.If, ast.For, ast.With, ast.withitem, ast.Yield, ast.ListComp, ast.DictComp,
    ast.GeneratorExp, ast.comprehension, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
    ast.expr_context,
)  # fmt: skip
_FORBIDDEN = {
    "eval", "exec", "compile", "open", "input", "globals", "locals", "vars", "getattr", "setattr",
    "delattr", "breakpoint", "memoryview", "exit", "quit", "help",
}  # fmt: skip
_METHODS = {"__init__"}


def check_allowed(source: str, modules: frozenset[str]) -> None:
    """See that generated code is made of the allowed forms alone.

    Args:
        source: The code.
        modules: What it may import.

    Raises:
        ValueError: It holds something else, or is no Python; a bug in the generator.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"generated code is no Python: {error}") from error
    for node in ast.walk(tree):
        why = _forbidden(node, modules)
        if why:
            raise ValueError(f"generated code has {why} in line {getattr(node, 'lineno', 0)}")


def _forbidden(node: ast.AST, modules: frozenset[str]) -> str | None:
    if not isinstance(node, _NODES):
        return f"a {type(node).__name__}"
    match node:
        case ast.Import(names=names):
            return next((f"import {n.name}" for n in names if n.name not in modules), None)
        case ast.ImportFrom(module=module):
            return None if module in modules else f"from {module} import"
        case ast.Name(id=name) | ast.FunctionDef(name=name) | ast.Attribute(attr=name):
            hidden = name.startswith("__") and name not in _METHODS
            return f"the name {name}" if hidden or name in _FORBIDDEN else None
        case _:
            return None
