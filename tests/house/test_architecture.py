"""The plan of the house, checked over the source itself: which way imports run, how long things are, what is named."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("embeddings", "checking", "qa", "eval", "doors")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

# Imports run eval -> qa -> checking -> embeddings, and doors -> qa: what each package must not know of.
FORBIDDEN = {
    "embeddings": {"checking", "qa", "eval", "doors"},
    "checking": {"qa", "eval", "doors"},
    "qa": {"eval", "doors"},
    "eval": {"doors"},
    "doors": {"eval"},
}
COMPOSITION_ROOT = "qa/commands/cli.py"

LONGEST_FILE = 400
MOST_FILES = 15  # modules of one room, its `__init__` not counted
LONGEST_FUNCTION = 50

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(tree: ast.AST, package: str) -> Iterator[str]:
    """The dotted names that a tree imports, relative ones made absolute.

    >>> list(imports(ast.parse("import a.b; from c import d; from . import e"), "qa"))
    ['a.b', 'c', 'c.d', 'qa', 'qa.e']
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            base = ".".join(part for part in (package, module) if part) if node.level else module
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def at_the_top(tree: ast.Module) -> ast.Module:
    """The same module with every function's body left out: what is imported when the module is."""

    class Emptied(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
            return ast.Pass()

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
            return ast.Pass()

    emptied = Emptied().visit(tree)
    assert isinstance(emptied, ast.Module)
    return emptied


def public_functions(tree: ast.AST) -> Iterator[Function]:
    """Functions and methods that others may call: no leading underscore, not inside another function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            if not node.name.startswith("_"):
                yield node
        elif not (isinstance(node, ast.ClassDef) and node.name.startswith("_")):
            yield from public_functions(node)


def is_overload(function: Function) -> bool:
    return any("overload" in ast.unparse(decorator) for decorator in function.decorator_list)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    tree = parse(path)
    if name_of(path) == COMPOSITION_ROOT:
        tree = at_the_top(tree)
    wrong = sorted({name for name in imports(tree, package) if name.split(".")[0] in FORBIDDEN[package]})
    assert not wrong, f"{name_of(path)} imports {wrong}, but imports run eval -> qa -> checking -> embeddings"


def room_of(module: str) -> str:
    """The folder that holds a module; "" for what stands at the top of a package.

    >>> room_of("qa.show.cards"), room_of("qa.types")
    ('qa.show', '')
    """
    folder = module.rpartition(".")[0]
    return folder if "." in folder else ""


def is_module(name: str) -> bool:
    """True for a module of ours, not for a package or a name in a module."""
    return name.split(".")[0] in PACKAGES and (ROOT / (name.replace(".", "/") + ".py")).is_file()


def rooms() -> dict[str, set[str]]:
    """Each room, and the rooms that its modules import from."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        module = name_of(path).removesuffix(".py").replace("/", ".")
        others = {room_of(name) for name in imports(parse(path), module.rpartition(".")[0]) if is_module(name)}
        found.setdefault(room_of(module), set()).update(others)
    found.pop("", None)
    return {room: others - {room, ""} for room, others in found.items()}


def test_no_circle_joins_two_rooms() -> None:
    left = rooms()
    while free := [room for room, others in left.items() if not others & left.keys()]:
        for room in free:
            del left[room]
    assert not left, f"these rooms import one another in a circle: {sorted(left)}"


def test_a_room_can_be_looked_over() -> None:
    folders = {path.parent for path in SOURCES}
    full = {
        folder.relative_to(ROOT).as_posix(): count
        for folder in folders
        if (count := sum(path.name != "__init__.py" for path in folder.glob("*.py"))) > MOST_FILES
    }
    assert not full, f"more than {MOST_FILES} modules in {full}: split the room by sense"


def test_every_room_and_file_that_the_design_names_is_there_and_no_room_is_left_out() -> None:
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    page = page[page.index("## The rooms") : page.index("### Why these rooms")]
    named = set(re.findall(r"`((?:embeddings|checking|qa|eval|doors|tests|docs)/[\w./-]+)`", page))
    assert not [name for name in sorted(named) if not (ROOT / name).exists()]
    parts = dict(zip(PACKAGES, re.split(r"^### `", page, flags=re.MULTILINE)[1 : len(PACKAGES) + 1], strict=True))
    missing = [room for room in rooms() if f"`{'/'.join(room.split('.')[1:])}/`" not in parts[room.split(".")[0]]]
    assert not missing, f"docs/design.md does not say what is in {missing}"


@pytest.mark.parametrize("path", [path for path in SOURCES if name_of(path) != "qa/web/app.py"], ids=name_of)
def test_the_chat_is_imported_only_inside_the_commands_that_need_it(path: Path) -> None:
    tree = at_the_top(parse(path)) if name_of(path) == COMPOSITION_ROOT else parse(path)
    assert "qa.web.app" not in set(imports(tree, path.relative_to(ROOT).parts[0]))


def test_no_module_takes_the_name_of_the_function_answer() -> None:
    assert not (ROOT / "qa" / "answer.py").exists()
    assert not (ROOT / "qa" / "answer").exists()


def test_the_public_names_are_those_of_the_contract() -> None:
    import embeddings
    import qa

    assert sorted(qa.__all__) == ["Answer", "Assistant", "Citation", "Settings", "Turn", "Where", "answer"]
    assert "Document" in embeddings.__all__
    assert callable(qa.answer)
    for package in (qa, embeddings):
        assert all(getattr(package, name) is not None for name in package.__all__)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_and_public_class_and_function_says_what_it_does(path: Path) -> None:
    tree = parse(path)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    functions = [function for function in public_functions(tree) if not is_overload(function)]
    silent = [node.name for node in [*classes, *functions] if not ast.get_docstring(node)]
    assert ast.get_docstring(tree), f"{name_of(path)} has no docstring"
    assert not silent, f"{name_of(path)}: no docstring on {silent}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_function_says_what_it_returns(path: Path) -> None:
    functions = [node for node in ast.walk(parse(path)) if isinstance(node, Function)]
    assert not [function.name for function in functions if function.returns is None]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_and_functions_can_be_read_to_their_end(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= LONGEST_FILE
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, Function)]
    long = [f.name for f in functions if f.end_lineno is not None and f.end_lineno - f.lineno + 1 > LONGEST_FUNCTION]
    assert not long, f"{name_of(path)}: {long} have more than {LONGEST_FUNCTION} lines"


# ---------------------------------------------------------------- what no file may name

TEXT = {".py", ".md", ".toml", ".txt", ".cfg", ".yml", ".yaml", ".html", ".css", ".js", ".json", ".jsonl", ".sh", ""}
# Put together here, so that this file does not hold what it forbids.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:" + "|".join(["work", "root", "home", "Users"]) + r")/\w")
REGISTRY = re.compile(
    "|".join([r"pypi\.o" "rg", r"pythonhosted\.o" "rg", r"download\.pytor" "ch", r"huggingface\.c" "o"])
)
# Names that stand for a format or a licence and that nothing fetches.
NAMES_ONLY = re.compile(r"https?://(?:www\.w3\.org|www\.apache\.org|127\.0\.0\.1|localhost|example\.(?:com|org))")
SHARED = re.compile(r"(?:\.\.|~|\$\w+)/" "shared|/" r"shared/", re.IGNORECASE)
ADDRESS = re.compile(r"https?://[\w.-]+")


def tracked() -> list[Path]:
    """The files that are part of the project: what git knows or would add, else (in an sdist) all that is there."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
        paths = [ROOT / name for name in listed if name]
    else:
        paths = [path for path in ROOT.rglob("*") if ".venv" not in path.parts]
    return [path for path in paths if path.is_file()]


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines of a text file; none of a file that is not text."""
    if path.suffix in TEXT and path.stat().st_size < 2_000_000:
        yield from enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), start=1)


def test_no_file_names_a_path_of_one_machine_or_a_registry_of_packages_and_models() -> None:
    texts = [path for path in tracked() if path.relative_to(ROOT).parts[0] != "seeds"]
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in texts
        for number, line in lines(path)
        if MACHINE_PATH.search(line) or REGISTRY.search(line)
    ]
    assert not found, "\n".join(found)


def test_nothing_that_runs_knows_of_a_shared_folder_outside_the_project() -> None:
    """What public data is needed for is told where it is with --data."""
    parts = [path for path in tracked() if path.relative_to(ROOT).parts[0] in (*PACKAGES, "seeds", "Makefile", "docs")]
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in parts
        for number, line in lines(path)
        if SHARED.search(line)
    ]
    assert not [line for line in found if not line.startswith("docs/design.md")], "\n".join(found)


def test_no_part_that_runs_holds_an_address_to_fetch_from() -> None:
    made = ROOT / "eval" / "extraction"  # names of namespaces and what stands in files; in no wheel
    parts = [path for path in tracked() if path.relative_to(ROOT).parts[0] in PACKAGES and path.suffix != ".jsonl"]
    parts = [path for path in parts if not path.is_relative_to(made)]
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in parts
        for number, line in lines(path)
        if ADDRESS.search(NAMES_ONLY.sub("", line))
    ]
    assert not found, "\n".join(found)
