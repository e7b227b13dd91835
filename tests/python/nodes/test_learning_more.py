"""Learning: settings that are tried, what linear models weigh, scales and groups that are kept for other rows."""

from __future__ import annotations

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from node_files import call

M, S = "learning/models", "learning/shape"
NAN = float("nan")
LINE = pd.DataFrame({"x": range(20), "letter": ["a", "b"] * 10})
LINE["y"] = 3.0 * LINE["x"] + 5 * (LINE["letter"] == "a")


def model(method: str = "ridge", kind: str = "regressor", table: pd.DataFrame = LINE, target: str = "y") -> object:
    return call(f"{M}.train_{kind}", {"table": table, "target": target, "method": method})


def test_a_model_that_is_asked_stays_as_it_is() -> None:
    neighbours = model("nearest neighbours")  # it counts its searches in its tree; `call` would see that
    assert neighbours[-1]._tree is not None
    once = call(f"{M}.predict", {"model": neighbours, "table": LINE})
    assert once.equals(call(f"{M}.predict", {"model": neighbours, "table": LINE}))
    call(f"{M}.feature_importance", {"model": neighbours, "table": LINE, "rounds": 2})
    call(f"{M}.cross_validate", {"model": neighbours, "table": LINE})
    call(f"{M}.tune_model", {"model": neighbours, "table": LINE, "settings": {"n_neighbors": [1, 3]}})


def test_tune_model() -> None:
    arguments = {"model": model(), "table": LINE, "settings": {"alpha": [100.0, 0.001], "fit_intercept": [True, False]}}
    made = call(f"{M}.tune_model", arguments)
    assert made.best == {"alpha": 0.001, "fit_intercept": True} and made.model[-1].alpha == 0.001
    assert made.trials.columns.tolist() == ["alpha", "fit_intercept", "score", "spread"] and len(made.trials) == 4
    assert made.trials["score"].is_monotonic_decreasing and made.trials["alpha"][0] == 0.001
    assert call(f"{M}.predict", {"model": made.model, "table": LINE})["prediction"].notna().all(), "it is a model too"
    errors = call(f"{M}.tune_model", {**arguments, "measure": "mean absolute error"}).trials["score"]
    assert errors.is_monotonic_increasing and errors[0] > 0
    classes = model("decision tree", "classifier", target="letter")
    made = call(f"{M}.tune_model", {"model": classes, "table": LINE, "settings": "max_depth = 1, None", "folds": 2})
    assert set(made.trials["max_depth"].isna()) == {True, False}
    lines = "criterion = gini, entropy\n\nmin_samples_leaf=1,2"
    made = call(f"{M}.tune_model", {"model": classes, "table": LINE, "settings": lines, "folds": 2})
    assert set(made.trials["criterion"]) == {"gini", "entropy"} and set(made.trials["min_samples_leaf"]) == {1, 2}


def test_model_coefficients() -> None:
    made = call(f"{M}.model_coefficients", {"model": model("linear regression")}).set_index("column")["coefficient"]
    assert made.index.tolist() == ["(constant)", "x", "letter_a", "letter_b"]
    assert made["x"] == pytest.approx(3 * LINE["x"].std(ddof=0))
    assert made["letter_a"] - made["letter_b"] == pytest.approx(5)
    two = call(f"{M}.model_coefficients", {"model": model("logistic regression", "classifier", target="letter")})
    assert two.columns.tolist() == ["column", "coefficient of b"] and two["column"].tolist()[1:] == ["x", "y"]
    table = pd.DataFrame({"x": range(9), "kind": list("abc") * 3})
    three = call(f"{M}.model_coefficients", {"model": model("logistic regression", "classifier", table, "kind")})
    assert three.columns.tolist() == ["column", "coefficient of a", "coefficient of b", "coefficient of c"]


@pytest.mark.parametrize("method", ["standard", "0 to 1", "robust"])
def test_scalers(method: str) -> None:
    table = pd.DataFrame({"x": [0.0, 5, 10, NAN], "same": [3, 3, 3, 3], "name": list("abcd")}, index=[7, 8, 9, 10])
    made = call(f"{S}.train_scaler", {"table": table, "method": method})
    assert made.table["name"].tolist() == list("abcd") and made.table.index.tolist() == [7, 8, 9, 10]
    assert made.table["x"].isna().tolist() == [False, False, False, True]
    assert made.table["x"].tolist()[:3] == pytest.approx(
        {"standard": [-1.224745, 0, 1.224745], "0 to 1": [0, 0.5, 1], "robust": [-1, 0, 1]}[method], abs=1e-6
    )
    assert made.table["same"].tolist() == [0] * 4, "what does not differ stays finite"
    back = call(f"{S}.apply_scaler", {"scaler": made.scaler, "table": made.table, "undo": True})
    pd.testing.assert_frame_equal(back, table, check_dtype=False)
    other = call(f"{S}.apply_scaler", {"scaler": made.scaler, "table": pd.DataFrame({"same": [4], "x": [20]})})
    assert list(other) == ["same", "x"] and other["x"][0] > 1, "the scale is that of the first rows"


def test_assign_clusters() -> None:
    chance = np.random.default_rng(0)
    table = pd.DataFrame({"x": chance.normal([0, 100] * 20), "y": chance.normal([0, 1] * 20) * 1000})
    groups = call(f"{S}.k_means", {"table": table, "clusters": 3})
    again = call(f"{S}.assign_clusters", {"table": table, "clustered": groups.table})
    assert again["cluster"].tolist() == groups.table["cluster"].tolist(), "rows go where K-means put them"
    alone = pd.DataFrame({"x": [0, 1, 500, 9, 10], "cluster": [0, 0, -1, 1, 1]})
    made = call(f"{S}.assign_clusters", {"table": pd.DataFrame({"x": [499, 2]}), "clustered": alone, "scale": False})
    assert made["cluster"].tolist() == [1, 0], "what lies alone is no group"


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"settings": {}}, TypeError, "settings: lines such as max_depth = 2, 4, or a dictionary of lists"),
        ({"settings": ""}, TypeError, "settings: lines such as"),
        ({"settings": "alpha"}, TypeError, "settings: a list of the values .* for 'alpha'"),
        ({"settings": {"trees": [1]}}, ValueError, "settings: this model has no 'trees'; it has: alpha"),
        ({"settings": {"alpha": 1}}, TypeError, "settings: a list of the values .* for 'alpha'"),
        ({"settings": {"alpha": [-1.0]}}, ValueError, "settings, folds: not all of it can be trained"),
        ({"settings": {"alpha": [1]}, "folds": 21}, ValueError, "folds: 2 to 20"),
        ({"settings": {"alpha": [1]}, "measure": "F1"}, ValueError, "measure: usual or one of R²"),
        ({"settings": {"alpha": [1]}, "table": LINE[["x", "letter"]]}, ValueError, "table: the target"),
        ({"settings": {"alpha": [1]}, "table": LINE[:0]}, ValueError, "table: at least one row"),
    ],
)
def test_tuning_refuses(arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{M}.tune_model", {"model": model(), "table": LINE, **arguments})


XY = pd.DataFrame({"x": [1, 2, 3], "name": list("abc"), "gap": [1, NAN, 2]})
GROUPED = pd.DataFrame({"x": [1, 2], "cluster": [0, 1]})


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("train_scaler", {"table": XY[:0]}, ValueError, "table: at least one row"),
        ("train_scaler", {"table": XY[["name"]]}, ValueError, "table: at least one column of numbers"),
        ("train_scaler", {"table": XY, "columns": "name"}, TypeError, "columns: columns of numbers .*'name'"),
        ("train_scaler", {"table": XY[1:2], "columns": "gap"}, ValueError, "columns: at least one number .* 'gap'"),
        ("train_scaler", {"table": pd.DataFrame({"x": [np.inf]})}, ValueError, "columns: finite numbers"),
        ("train_scaler", {"table": pd.DataFrame([[1]])}, TypeError, "table: columns whose names are texts"),
        (
            "apply_scaler",
            {"scaler": 3, "table": XY},
            TypeError,
            "scaler: a scaler of Train scaler was expected, not int",
        ),
        ("assign_clusters", {"table": XY, "clustered": XY}, ValueError, "clustered: no column is called 'cluster'"),
        (
            "assign_clusters",
            {"table": XY[["name"]], "clustered": GROUPED},
            ValueError,
            "table: no column is called 'x'",
        ),
        (
            "assign_clusters",
            {"table": XY, "clustered": GROUPED.assign(x=[1, NAN])},
            ValueError,
            "clustered: 'x' has 1 empty",
        ),
        (
            "assign_clusters",
            {"table": XY, "clustered": GROUPED.assign(cluster=-1)},
            ValueError,
            "clustered: at least one",
        ),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"{S}.{node}", arguments)


def test_other_models_are_refused() -> None:
    with pytest.raises(ValueError, match="model: one of a linear method was expected, this is a RandomForestRegressor"):
        call(f"{M}.model_coefficients", {"model": model("random forest")})
    with pytest.raises(TypeError, match="model: a model of Train classifier"):
        call(f"{M}.model_coefficients", {"model": 3})
    scaler = call(f"{S}.train_scaler", {"table": XY, "columns": "x"}).scaler
    with pytest.raises(ValueError, match="table: no column is called 'x'"):
        call(f"{S}.apply_scaler", {"scaler": scaler, "table": XY[["name"]]})
