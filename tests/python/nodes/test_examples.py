"""The example projects: their graphs fit their nodes, and their numbers are those of plain scripts.

Graphs are walked here in a few lines rather than by the engine: these tests are about nodes, `tests/cli.rs` runs the
projects whole.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from node_files import ROOT, dependencies, load

EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/savefile.json"))


def functions(project: str) -> dict[tuple[str, str], Callable[..., object]]:
    """The node functions that a project can use, by bank and name."""
    found = {}
    for bank, folder in (("project", ROOT / "examples" / project / "nodes"), ("builtin", ROOT / "nodebank")):
        for path in sorted(folder.rglob("*.py")):
            for item in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
                    found[bank, item.name] = (path, item.name)
    return {key: getattr(load(path), name) for key, (path, name) in found.items()}


def savefile(project: str) -> dict:
    return json.loads((ROOT / "examples" / project / "savefile.json").read_text(encoding="utf-8"))


def results(project: str, values: dict[str, dict[str, object]]) -> dict[str, object]:
    """What each node of a project gives, by its title; `values` replaces values of the file, by title and input."""
    known = functions(project)
    graph = savefile(project)
    links = {(link["targetNodeId"], link["targetPort"]): link["sourceNodeId"] for link in graph["connections"]}
    nodes = {node["nodeId"]: node for node in graph["nodes"]}
    made: dict[str, object] = {}

    def make(node_id: str) -> object:
        if node_id not in made:
            node = nodes[node_id]
            arguments = {port["var"]: port["value"] for port in node["input"] if "value" in port}
            for port in node["input"]:
                if (node_id, port["var"]) in links:
                    arguments[port["var"]] = make(links[node_id, port["var"]])
            arguments |= values.get(node.get("title"), {})
            made[node_id] = known[node["ref"], node["entryFunction"]](**arguments)
        return made[node_id]

    def title(node: dict) -> str:
        return node.get("title") or known[node["ref"], node["entryFunction"]].__loom_node__["title"]

    return {title(node): make(node["nodeId"]) for node in nodes.values()}


@pytest.mark.parametrize("project", EXAMPLES)
def test_the_savefile_fits_the_nodes(project: str) -> None:
    path = ROOT / "examples" / project / "savefile.json"
    graph = savefile(project)
    assert path.read_bytes() == (json.dumps(graph, indent=2, ensure_ascii=False) + "\n").encode()
    assert list(graph)[:5] == ["formatVersion", "minReader", "projectId", "projectName", "metadata"]
    assert graph["projectId"] == project
    known = functions(project)
    linked = {(link["targetNodeId"], link["targetPort"]) for link in graph["connections"]}
    outputs = {(node["nodeId"], port) for node in graph["nodes"] for port in node["output"]}
    assert {(link["sourceNodeId"], link["sourcePort"]) for link in graph["connections"]} <= outputs
    for node in graph["nodes"]:
        assert node["name"] == node["entryFunction"]
        parameters = inspect.signature(known[node["ref"], node["entryFunction"]]).parameters
        assert [port["var"] for port in node["input"]] == list(parameters), node
        for port in node["input"]:
            is_linked = (node["nodeId"], port["var"]) in linked
            is_given = "value" in port or parameters[port["var"]].default is not inspect.Parameter.empty
            assert is_linked != ("value" in port) or (not is_linked and is_given), (node["nodeId"], port)
            linked.discard((node["nodeId"], port["var"]))
    assert not linked, "links to inputs that are not there"


@pytest.mark.parametrize("project", EXAMPLES)
def test_titles_are_unique_and_nodes_do_not_overlap(project: str) -> None:
    known = functions(project)
    nodes = savefile(project)["nodes"]
    settings = [known[node["ref"], node["entryFunction"]].__loom_node__ for node in nodes]
    titles = [node.get("title") or kind["title"] for node, kind in zip(nodes, settings, strict=True)]
    assert len(set(titles)) == len(titles)
    boxes = []
    for node in nodes:
        function = known[node["ref"], node["entryFunction"]]
        has_picture = any(word in str(function.__annotations__["return"]) for word in ("ndarray", "Figure", "Image"))
        height = 40 + 24 * (len(node["input"]) + len(node["output"])) + 126 * has_picture
        boxes.append((node["position"]["x"], node["position"]["y"], height, node["nodeId"]))
    for x, y, height, node_id in boxes:
        for other_x, other_y, _, other_id in boxes:
            if node_id != other_id and abs(x - other_x) < 240:
                assert other_y < y or other_y >= y + height + 12, (node_id, other_id)


@pytest.mark.parametrize("project", EXAMPLES)
def test_requirements_name_what_the_nodes_need(project: str) -> None:
    text = (ROOT / "examples" / project / "requirements.txt").read_text(encoding="utf-8")
    required = {re.split("[<>=]", line)[0].strip() for line in text.splitlines()}
    known = functions(project)
    used = {(node["ref"], node["entryFunction"]) for node in savefile(project)["nodes"]}
    needed = {name for key in used for name in dependencies(Path(inspect.getsourcefile(known[key])))}
    assert needed == required


def test_coins_gives_the_numbers_of_a_plain_script() -> None:
    from skimage import data, filters, measure, morphology, segmentation

    photo = data.coins()
    mask = morphology.closing(photo > filters.threshold_otsu(photo), np.ones((3, 3), dtype=bool))
    labels = measure.label(segmentation.clear_border(mask), connectivity=2)
    regions = [region for region in measure.regionprops(labels) if region.area >= 100]
    areas = sorted(int(region.area) for region in regions)

    made = results("coins", {})
    assert made["Coins photo"].shape == (303, 384)
    assert made["Otsu threshold"] == 107
    assert made["Count of regions"] == len(regions) == 22
    assert made["Sum of areas"] == sum(areas) == 36403
    table = made["Sort by area"]
    assert list(table.columns) == ["label", "area", "centroid_row", "centroid_column", "equivalent_diameter"]
    assert table["area"].tolist() == areas
    by_label = {region.label: region for region in regions}
    for row in table.itertuples():
        region = by_label[row.label]
        assert (row.centroid_row, row.centroid_column) == region.centroid
        assert row.equivalent_diameter == pytest.approx(np.sqrt(4 * region.area / np.pi))
    bars = made["Histogram of areas"].axes[0].patches
    assert sum(bar.get_height() for bar in bars) == 22


def test_coins_outlines_lie_around_the_kept_regions_and_leave_the_photo_alone() -> None:
    made = results("coins", {})
    photo, picture = made["Coins photo"], made["Draw outlines"]
    assert picture.shape == (303, 384, 3) and picture.dtype == np.uint8
    drawn = (picture == (0xFF, 0x5A, 0x36)).all(axis=-1)
    assert (picture[~drawn] == photo[~drawn][:, None]).all()
    for region in made["Keep large regions"]:
        row, column = region.coords[0]
        assert drawn[row, column], "the first pixel of a region is on its edge"
    middle = made["Keep large regions"][0]
    assert not drawn[tuple(int(at) for at in middle.centroid)]


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        ("photo.draw_outlines", {"image": np.zeros((2, 2, 3)), "regions": []}, "image: a grey photo"),
        ("photo.draw_outlines", {"image": np.zeros((2, 2)), "regions": [], "colour": "red"}, "colour: a colour such"),
        ("regions.otsu_threshold", {"image": np.zeros(3)}, "image: a grey photo"),
        ("regions.close_gaps", {"mask": np.zeros((2, 2), bool), "size": 0}, "size: 1 pixel or more"),
    ],
)
def test_coins_nodes_name_a_bad_input(
    example: Callable[[str], ModuleType], function: str, arguments: dict, words: str
) -> None:
    file, name = function.split(".")
    with pytest.raises(ValueError, match=words):
        getattr(example(f"coins/{file}"), name)(**arguments)


def test_wine_gives_the_numbers_of_a_plain_script(tmp_path: Path) -> None:
    from sklearn.datasets import load_wine

    bunch = load_wine()
    table = pd.DataFrame(bunch.data, columns=bunch.feature_names)
    table["class"] = [bunch.target_names[i] for i in bunch.target]
    strong = table[table["alcohol"] >= 13.0]
    means = strong.groupby("class")[bunch.feature_names].mean()

    made = results("wine", {"Save the means": {"folder": tmp_path / "new" / "results"}})
    assert made["Wine table"].shape == (178, 14)
    assert made["Wines kept"] == len(strong)
    pd.testing.assert_frame_equal(made["Means by class"].set_index("class"), means, check_index_type=False)
    assert made["File written"] == tmp_path / "new" / "results" / "means.csv"
    written = pd.read_csv(made["File written"]).set_index("class")
    pd.testing.assert_frame_equal(written, means, check_index_type=False)
    bars = made["Chart of the means"].axes[0].patches
    assert [bar.get_height() for bar in bars[:3]] == pytest.approx(means["flavanoids"].tolist())


def test_mandelbrot_set_counts_the_steps_of_each_point(example: Callable[[str], ModuleType]) -> None:
    mandelbrot_set = example("mandelbrot/mandelbrot").mandelbrot_set
    # The middle of three by three points is the centre itself.
    for centre, steps in ((0.0, 30), (-2.0, 30), (-1.0, 30), (2.0, 2), (0.5, 5), (3.0, 1)):
        assert mandelbrot_set(centre, 0.0, 6.0, 30, 3, 3)[1, 1] == steps, centre
    upper = mandelbrot_set(-0.6, 0.5, 1.0, 40, 31, 21)
    assert (upper == mandelbrot_set(-0.6, -0.5, 1.0, 40, 31, 21)[::-1]).all(), "the set is its own mirror image"
    assert len(np.unique(upper)) > 5


def test_colour_map_goes_from_the_dark_end_to_the_bright_one(example: Callable[[str], ModuleType]) -> None:
    colour_map = example("mandelbrot/mandelbrot").colour_map
    values = np.array([[0, 5, 10]])
    assert colour_map(values, "grey", 1.0, False)[0].tolist() == [[0] * 3, [128] * 3, [255] * 3]
    assert colour_map(values, "ember", 1.0, True)[0].tolist() == [[0, 0, 4], [188, 55, 84], [0, 0, 0]]
    assert (colour_map(np.full((2, 2), 7), "grey", 1.0, False) == 0).all()


def test_sine_wave_and_table_of_words_do_what_their_examples_say(example: Callable[[str], ModuleType]) -> None:
    wave = example("live-sine/waves").sine_wave([0, 0.5], 2.0, 1.0, 90.0)
    assert wave["wave"].tolist() == pytest.approx([2, -2])
    table_of_words = example("word-counts/words").table_of_words
    table = table_of_words(["the", "boat", "at", "sea"], "the\na", 3)
    assert table["word"].tolist() == ["boat", "sea"]
    assert table_of_words([], "", 1).columns.tolist() == ["word"]


def test_resize_pictures_keeps_what_is_see_through_and_the_pictures_themselves(
    example: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    from PIL import Image

    module = example("resize-pictures/pictures")
    file = tmp_path / "glass.png"
    Image.new("RGBA", (40, 20), (255, 0, 0, 0)).save(file)
    (copy,) = module.resize_pictures([file], tmp_path / "new", 10)
    with Image.open(copy) as small:
        assert small.size == (10, 5) and small.getpixel((0, 0))[3] == 0
    sheet = module.contact_sheet([copy], 1, 2, "#00ff00", False)
    assert sheet.size == (14, 9) and sheet.getpixel((5, 4)) == (0, 255, 0)
    with pytest.raises(ValueError, match="folder: another folder"):
        module.resize_pictures([file], tmp_path, 10)
    with pytest.raises(ValueError, match="files: at least one"):
        module.contact_sheet([])


@pytest.mark.parametrize("pattern", ["{name}", "a/{stem}", "  ", "..", "{stem}?"])
def test_new_names_are_names(example: Callable[[str], ModuleType], pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern: "):
        example("batch-rename/rename").new_names([Path("one.txt")], pattern)


def test_rename_files_swaps_names_and_undoes_what_it_cannot_finish(
    example: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename_files = example("batch-rename/rename").rename_files
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    swap = pd.DataFrame({"old": ["a", "b"], "new": ["b", "a"]})
    assert rename_files(tmp_path, swap, False) == 0
    assert (tmp_path / "a").read_text() == "a"
    assert rename_files(tmp_path, swap, True) == 2
    assert [(tmp_path / name).read_text() for name in "abc"] == ["b", "a", "c"]
    for new, error in (("C", FileExistsError), ("b", ValueError)):
        with pytest.raises(error, match="names: "):
            rename_files(tmp_path, pd.DataFrame({"old": ["a", "b"], "new": [new, "b"]}), True)
    with pytest.raises(FileNotFoundError, match="names: there is no file x"):
        rename_files(tmp_path, pd.DataFrame({"old": ["x"], "new": ["y"]}), True)

    rename = Path.rename

    def fail_at_the_last(self: Path, target: Path) -> Path:
        if target.name == "e":
            raise PermissionError("this file is in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_at_the_last)
    with pytest.raises(PermissionError):
        rename_files(tmp_path, pd.DataFrame({"old": ["a", "b"], "new": ["d", "e"]}), True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]
