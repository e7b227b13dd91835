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
