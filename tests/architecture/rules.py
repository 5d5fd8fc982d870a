"""Checks of the source as a tree: what the house forbids, found by reading the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLOCK_READERS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
WRITING_CALLS = {"add", "add_all", "delete", "insert", "update", "merge"}


def sources(folder: str = "lms") -> Iterator[tuple[str, str]]:
    """(path within the checkout, text) of every Python file of the folder."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def commits(text: str) -> list[int]:
    """Lines that call commit() or rollback() on something."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("commit", "rollback")
    ]


def broad_excepts(text: str) -> list[int]:
    """Lines that catch everything: `except:`, `except Exception`, or BaseException without raising again."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {name.id for name in caught if isinstance(name, ast.Name)}
        raises_again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
        if node.type is None or "Exception" in names or ("BaseException" in names and not raises_again):
            found.append(node.lineno)
    return found


def clock_readings(text: str) -> list[int]:
    """Lines that read the clock of the machine."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in CLOCK_READERS
    ]


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def undecided_views(text: str) -> list[str]:
    """Views that are neither @public nor reach authorize() through functions of their own module."""
    tree = ast.parse(text)
    calls = {node.name: _called(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and _is_view(node) and not _is_public(node)
        if "authorize" not in _reached(node.name, calls)
    ]


def _is_view(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ("get", "post", "put", "patch", "delete", "route")
        for decorator in node.decorator_list
    )


def _is_public(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Name) and decorator.id == "public" for decorator in node.decorator_list
    )


def unaudited(texts: list[str]) -> list[str]:
    """Acts among a slice's services (first parameter: the actor) that change something and never reach
    audit's record()."""
    functions = [node for text in texts for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    calls = {node.name: _called(node) for node in functions}
    writers = {node.name for node in functions if _writes(node)}
    return [
        node.name
        for node in functions
        if not node.name.startswith("_") and node.args.args and node.args.args[0].arg in ("actor_id", "actor")
        if (reached := _reached(node.name, calls)) & writers and "record" not in reached
    ]


def _writes(node: ast.FunctionDef) -> bool:
    return any(
        (
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Attribute)
            and part.func.attr in WRITING_CALLS
            and (isinstance(part.func.value, ast.Call) or _last_name(part.func.value) in ("sa", "current"))
        )
        or (isinstance(part, ast.Assign) and any(isinstance(target, ast.Attribute) for target in part.targets))
        for part in ast.walk(node)
    )


def _called(node: ast.AST) -> set[str]:
    return {_last_name(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}


def _reached(name: str, calls: dict[str, set[str]]) -> set[str]:
    reached, waiting = {name}, [name]
    while waiting:
        for called in calls.get(waiting.pop(), set()) - reached:
            reached.add(called)
            waiting.append(called)
    return reached
