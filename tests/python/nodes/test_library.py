"""What holds for every node of the nodebank: help, types, names, packages, and light files.

Sources are read, not run, but for the one test that loads them; what nodes compute is tested family by family.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from node_files import ROOT, dependencies, load

BANK = ROOT / "nodebank"
FAMILIES = [
    "values",
    "dates",
    "math",
    "text",
    "logic",
    "lists",
    "files",
    "tables",
    "images",
    "arrays",
    "plots",
    "display",
    "web",
    "learning",
    "script",
    "statistics",
]
FILES = sorted(path for family in FAMILIES for path in (BANK / family).glob("[!_]*.py"))
HELPERS = sorted(BANK.glob("*/_*.py"))
"""What the files of a family share; such a file has no nodes."""
EXAMPLE_FILES = sorted((ROOT / "examples").glob("*/nodes/*.py"))
PACKAGES = {"bs4": "beautifulsoup4", "PIL": "pillow", "skimage": "scikit-image", "sklearn": "scikit-learn"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def nodes_of(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [item for item in tree.body if isinstance(item, ast.FunctionDef) and not item.name.startswith("_")]


NODES = [(path, node) for path in (*FILES, *EXAMPLE_FILES) for node in nodes_of(path)]
EACH_FILE = pytest.mark.parametrize("path", [*FILES, *EXAMPLE_FILES], ids=name_of)
EACH_SOURCE = pytest.mark.parametrize("path", [*FILES, *HELPERS, *EXAMPLE_FILES], ids=name_of)
EACH_NODE = pytest.mark.parametrize(("path", "node"), NODES, ids=[node.name for _, node in NODES])


def settings(node: ast.FunctionDef) -> dict[str, object]:
    """The values of `@loom.node(…)`, which must be literals."""
    marks = [
        mark for mark in node.decorator_list if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "loom.node"
    ]
    assert len(marks) == 1, f"{node.name} needs one @loom.node(…)"
    return {keyword.arg: ast.literal_eval(keyword.value) for keyword in marks[0].keywords}


def test_every_family_has_nodes_and_there_is_no_other() -> None:
    assert {path.parent.name for path in FILES} == set(FAMILIES)
    known = {path for path in BANK.rglob("[!_]*.py") if path.relative_to(BANK).parts[0] != "custom"}
    assert known == set(FILES)
    assert len([node for path, node in NODES if path in FILES]) >= 60


def test_names_and_titles_are_unique() -> None:
    in_bank = [node for path, node in NODES if path in FILES]
    for names in ([node.name for node in in_bank], [settings(node)["title"] for node in in_bank]):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_the_readme_lists_every_node_once_and_says_who_reaches_for_it() -> None:
    lines = (BANK / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ") and line[2:7] != "node "]
    assert sorted(row[0] for row in rows) == sorted(settings(node)["title"] for path, node in NODES if path in FILES)
    assert [row for row in rows if len(row) != 3] == []
    said = Counter(row[2] for row in rows)
    assert [reason for reason, count in said.items() if count > 3] == [], "a reason is that of a node, not of a file"


@EACH_NODE
def test_help_is_whole(path: Path, node: ast.FunctionDef) -> None:
    del path
    text = ast.get_docstring(node) or ""
    first = text.split("\n")[0]
    assert first.endswith((".", "?")) and len(first) <= 110, first
    parts = re.split(r"(?m)^(Args|Example):$", text)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert sections.get("Example", "").strip(), "no Example"
    described = dict(re.findall(r"(?m)^    (\w+): (\S.*)", sections.get("Args", "")))
    parameters = [argument.arg for argument in node.args.args]
    assert list(described) == parameters


@EACH_NODE
def test_a_title_is_short_and_a_search_finds_more_than_it(path: Path, node: ast.FunctionDef) -> None:
    del path
    values = settings(node)
    title = values["title"]
    assert 0 < len(title) <= 24 and title[0].isupper()
    assert len(values["keywords"]) >= 2
    assert title.lower() not in values["keywords"], "a keyword repeats the title"


@EACH_NODE
def test_types_are_written_down(path: Path, node: ast.FunctionDef) -> None:
    del path
    assert node.returns is not None
    assert not (node.args.vararg or node.args.kwarg or node.args.posonlyargs or node.args.kwonlyargs)
    for argument in node.args.args:
        assert argument.annotation is not None, argument.arg
    for default in node.args.defaults:
        ast.literal_eval(default)
    kind = [ast.unparse(argument.annotation) for argument in node.args.args]
    for annotation, default in zip(kind[::-1], node.args.defaults[::-1], strict=False):
        if annotation.startswith("Literal"):
            assert ast.literal_eval(default) in ast.literal_eval(annotation.removeprefix("Literal")), annotation
        # A relative path is made whole by the engine only when it is a value of the project, not a default.
        assert "Path" not in annotation, "an input that is a path has no default"


@EACH_NODE
def test_widgets_can_be_read_without_running_the_file(path: Path, node: ast.FunctionDef) -> None:
    del path
    defaults = [None] * (len(node.args.args) - len(node.args.defaults)) + node.args.defaults
    for argument, default in zip(node.args.args, defaults, strict=True):
        for call in ast.walk(argument.annotation):
            if not isinstance(call, ast.Call):
                continue
            settings = [ast.literal_eval(value) for value in (*call.args, *(word.value for word in call.keywords))]
            if ast.unparse(call.func) in ("loom.Slider", "loom.Range"):
                low, high = settings[:2]
                assert low < high
                assert default is None or low <= ast.literal_eval(default) <= high, argument.arg


@EACH_NODE
def test_a_node_that_writes_is_never_cached(path: Path, node: ast.FunctionDef) -> None:
    del path
    code = "\n".join(ast.unparse(item) for item in node.body[1:])  # but for the help, whose example may write
    writes = re.search(r"\.(write|write_text|write_bytes|to_csv|savefig|save|copy2)\(", code) is not None
    looks_at_the_world = re.search(r"\.today\(|\.stat\(|\.glob\(|\.exists\b", code) is not None
    if writes or looks_at_the_world:
        assert settings(node).get("cache") is False


def packages(items: list[ast.stmt]) -> set[str]:
    """The packages, beside the standard library's, that these statements import."""
    found = set()
    for part in items:
        if isinstance(part, ast.Import):
            found.update(alias.name.split(".")[0] for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            assert part.level == 0 and part.module, "a node file is in no package"
            found.add(part.module.split(".")[0])
    return found - sys.stdlib_module_names


def packages_inside(tree: ast.Module, names: set[str] | None = None) -> set[str]:
    """The packages that functions of a file import; of those with these names, and what they use, if any are given."""
    functions = {item.name: item for item in tree.body if isinstance(item, ast.FunctionDef)}
    taken = set(functions) if names is None else names & set(functions)
    pending = list(taken)
    while pending:
        used = {part.id for part in ast.walk(functions[pending.pop()]) if isinstance(part, ast.Name)}
        more = (used & set(functions)) - taken
        taken |= more
        pending += more
    walked = [part for name in taken for part in ast.walk(functions[name]) if isinstance(part, ast.stmt)]
    return packages(walked)


@EACH_FILE
def test_packages_are_imported_inside_of_functions_and_named(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    helper = path.parent / f"_loom_{path.parent.name}.py"
    shared = [item for item in tree.body if isinstance(item, ast.ImportFrom) and item.module == helper.stem]
    assert packages(tree.body) == {"loom"} | {helper.stem for _ in shared}
    inside = packages_inside(tree)
    for item in shared:
        inside |= packages_inside(ast.parse(helper.read_text(encoding="utf-8")), {alias.name for alias in item.names})
    hints = {
        name
        for item in tree.body
        if isinstance(item, ast.If) and ast.unparse(item.test) == "TYPE_CHECKING"
        for name in packages(item.body)
    }
    named = dependencies(path)
    assert {PACKAGES.get(name, name) for name in inside} <= named
    assert named <= {PACKAGES.get(name, name) for name in inside | hints}, "a package is named that nothing uses"


@pytest.mark.parametrize("path", HELPERS, ids=name_of)
def test_what_a_family_shares_imports_packages_inside_of_functions_alone(path: Path) -> None:
    assert path.stem == f"_loom_{path.parent.name}", "the name is told from those of packages and of users' own files"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert packages(tree.body) <= {"loom"}
    assert nodes_of(path) == []


@EACH_SOURCE
def test_loading_a_file_imports_no_package(path: Path) -> None:
    code = (
        "import importlib.util, sys\n"
        "def load(name, path):\n"
        "    spec = importlib.util.spec_from_file_location(name, path)\n"
        "    sys.modules[name] = module = importlib.util.module_from_spec(spec)\n"
        "    spec.loader.exec_module(module)\n"
        "sys.path.append(sys.argv[3])\n"
        "load('loom', sys.argv[1]); load('node_file', sys.argv[2])\n"
        "print(sorted({'PIL', 'numpy', 'pandas', 'matplotlib', 'skimage', 'sklearn'} & set(sys.modules)))\n"
    )
    import subprocess

    loom = ROOT / "executor" / "loom.py"
    command = [sys.executable, "-I", "-c", code, str(loom), str(path), str(path.parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_a_helper_stands_once_in_its_family() -> None:
    """Between families copies are small, and must not drift apart."""
    places: dict[str, list[Path]] = {}
    texts: dict[str, set[str]] = {}
    for path in (*FILES, *HELPERS):
        for item in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(item, ast.FunctionDef) and item.name.startswith("_"):
                places.setdefault(item.name, []).append(path.parent)
                texts.setdefault(item.name, set()).add(ast.unparse(item))
    assert [name for name, folders in places.items() if len(set(folders)) < len(folders)] == []
    assert [name for name, different in texts.items() if len(different) > 1] == []


@EACH_NODE
def test_every_node_is_tested(path: Path, node: ast.FunctionDef) -> None:
    pattern = "test_examples.py" if path in EXAMPLE_FILES else f"test_{path.parent.name}*.py"
    text = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob(pattern))
    project = (path.parents[1] / "savefile.json").read_text(encoding="utf-8") if path in EXAMPLE_FILES else ""
    assert re.search(rf"\b{node.name}\b", text + project), f"name it in {pattern}"


def test_every_file_loads() -> None:
    for path in FILES:
        module = load(path)
        for node in nodes_of(path):
            assert callable(getattr(module, node.name))
