"""Learning: models of tables with gaps and texts, what they say, how good it is, and groups that nobody named."""

from __future__ import annotations

import pickle

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from node_files import call

M, S, C = "learning/models", "learning/shape", "learning/score"
CLASSIFIERS = [
    "logistic regression",
    "random forest",
    "gradient boosting",
    "decision tree",
    "nearest neighbours",
    "support vectors",
    "naive Bayes",
]
REGRESSORS = ["linear regression", "ridge", "lasso", *CLASSIFIERS[1:6]]


def animals() -> pd.DataFrame:
    """Sixty rows with gaps, texts, a yes or no and a column of no use; colour and size tell the kind."""
    chance = np.random.default_rng(0)
    kind = np.repeat(["cat", "dog", "horse"], 20)
    size = chance.normal(np.repeat([4.0, 20.0, 400.0], 20), 2)
    size[3] = np.nan
    colour = np.where(kind == "cat", "grey", "brown").astype(object)
    colour[5] = None
    return pd.DataFrame(
        {"size": size, "colour": colour, "wild": chance.random(60) > 0.5, "noise": chance.random(60), "kind": kind}
    )


@pytest.mark.parametrize("method", CLASSIFIERS)
def test_a_classifier_learns_from_gaps_and_texts(method: str) -> None:
    table = animals()
    model = call(f"{M}.train_classifier", {"table": table, "target": "kind", "method": method})
    asked = pd.DataFrame(
        {"size": [4, 410], "colour": ["grey", "never seen"], "wild": [True, False], "noise": [0.5, 0.5]}
    )
    said = call(f"{M}.predict", {"model": model, "table": asked, "column": "is"})
    assert said["is"].tolist()[0] == "cat" and said.columns.tolist() == [*asked.columns, "is"]
    right = (call(f"{M}.predict", {"model": model, "table": table})["prediction"] == table["kind"]).mean()
    assert right > 0.9
    assert (
        pickle.loads(pickle.dumps(model)).predict(table.drop(columns="kind").assign(wild=table.wild * 1.0)) != ""
    ).all()


@pytest.mark.parametrize("method", REGRESSORS)
def test_a_regressor_learns(method: str) -> None:
    table = pd.DataFrame({"x": np.linspace(0, 10, 60), "letter": ["a", "b"] * 30})
    table["y"] = 3 * table["x"] + 5 * (table["letter"] == "a")
    model = call(f"{M}.train_regressor", {"table": table, "target": "y", "method": method})
    said = call(f"{M}.predict", {"model": model, "table": table})
    assert call(f"{C}.score_numbers", {"table": said, "actual": "y"}).r_squared > 0.6
    if method == "linear regression":
        assert said["prediction"].tolist() == pytest.approx(table["y"].tolist())


def test_chosen_columns_seeds_settings_and_probabilities() -> None:
    arguments = {"table": animals(), "target": "kind", "features": "size, noise", "settings": {"n_estimators": 5}}
    model = call(f"{M}.train_classifier", arguments)
    again = call(f"{M}.train_classifier", arguments)
    table = animals()[["noise", "size"]]
    said = call(f"{M}.predict", {"model": model, "table": table, "probabilities": True})
    names = ["prediction cat", "prediction dog", "prediction horse"]
    assert said.columns.tolist() == ["noise", "size", "prediction", *names]
    assert said[names].sum(axis=1).tolist() == pytest.approx([1] * 60)
    assert said.equals(call(f"{M}.predict", {"model": again, "table": table, "probabilities": True}))
    assert len(model[-1].estimators_) == 5


def test_cross_validate_and_feature_importance() -> None:
    table = animals()
    model = call(f"{M}.train_classifier", {"table": table, "target": "kind"})
    for measure in ("usual", "accuracy", "F1", "area under ROC"):
        trial = call(f"{M}.cross_validate", {"model": model, "table": table, "folds": 4, "measure": measure})
        assert trial.mean > 0.9 and trial.scores["fold"].tolist() == [1, 2, 3, 4] and trial.spread >= 0
    rank = call(f"{M}.feature_importance", {"model": model, "table": table, "rounds": 3})
    assert rank["column"][0] in ("size", "colour") and set(rank["column"]) == {"size", "colour", "wild", "noise"}
    line = pd.DataFrame({"x": range(20), "y": [2.0 * x for x in range(20)]})
    model = call(f"{M}.train_regressor", {"table": line, "target": "y"})
    arguments = {"model": model, "table": line, "measure": "mean absolute error"}
    assert call(f"{M}.cross_validate", arguments).mean == pytest.approx(0)
    with pytest.raises(ValueError, match="measure: usual or one of R², mean absolute error"):
        call(f"{M}.cross_validate", {"model": model, "table": line, "measure": "F1"})


def bad(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns)


XY = bad(x=[1, 2, 3, 4], y=["a", "b", "a", "b"])


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (
            f"{M}.train_classifier",
            {"table": [1], "target": "y"},
            TypeError,
            "table: a pandas table was expected, not list",
        ),
        (f"{M}.train_classifier", {"table": XY[:0], "target": "y"}, ValueError, "table: at least one row"),
        (f"{M}.train_classifier", {"table": XY, "target": "z"}, ValueError, "target: no column is called 'z'; .* x, y"),
        (f"{M}.train_classifier", {"table": XY, "target": ""}, ValueError, "target: the name of at least one column"),
        (f"{M}.train_classifier", {"table": XY, "target": "y", "features": "y"}, ValueError, "features: columns other"),
        (
            f"{M}.train_classifier",
            {"table": XY[["y"]], "target": "y"},
            ValueError,
            "features: the name of at least one",
        ),
        (f"{M}.train_classifier", {"table": XY[::2], "target": "y"}, ValueError, "target: at least two classes"),
        (
            f"{M}.train_classifier",
            {"table": bad(x=[1, 2, 3], y=[0.1, 0.2, 0.3]), "target": "y"},
            ValueError,
            "target: classes were expected in 'y'.* use Train regressor",
        ),
        (
            f"{M}.train_classifier",
            {"table": XY, "target": "y", "settings": {"trees": 5}},
            ValueError,
            "settings: random forest has no 'trees'; it has: .*n_estimators",
        ),
        (
            f"{M}.train_classifier",
            {"table": XY, "target": "y", "settings": {"n_estimators": -5}},
            ValueError,
            "settings, table: random forest cannot learn",
        ),
        (f"{M}.train_classifier", {"table": XY, "target": "y", "settings": []}, TypeError, "settings: a dictionary"),
        (
            f"{M}.train_classifier",
            {"table": XY.assign(x=[1, 2, 3, np.inf]), "target": "y"},
            ValueError,
            "table: finite numbers were expected, 'x'",
        ),
        (
            f"{M}.train_classifier",
            {"table": XY.assign(x=pd.date_range("2026-01-01", periods=4)), "target": "y"},
            TypeError,
            "features: .*'x' holds dates",
        ),
        (f"{M}.train_regressor", {"table": XY, "target": "y"}, TypeError, "target: a column of numbers"),
        (
            f"{M}.train_regressor",
            {"table": bad(x=[1, 2], y=[1, None]), "target": "y"},
            ValueError,
            "table: at least two",
        ),
        (f"{M}.predict", {"model": "m", "table": XY}, TypeError, "model: a model of Train classifier .* not str"),
        (f"{S}.split_for_training", {"table": XY, "test_share": 1}, ValueError, "test_share: above 0"),
        (f"{S}.split_for_training", {"table": XY[:1]}, ValueError, "table, same_shares_of: the rows cannot"),
        (f"{S}.principal_components", {"table": XY, "columns": "y"}, TypeError, "columns: columns of numbers .*'y'"),
        (f"{S}.principal_components", {"table": XY[["y"]]}, ValueError, "table: at least one column of numbers"),
        (f"{S}.principal_components", {"table": bad(x=[1, None])}, ValueError, "columns: 'x' has 1 empty cells"),
        (f"{S}.principal_components", {"table": XY, "count": 2}, ValueError, "count: 1 to 1 was expected"),
        (f"{S}.k_means", {"table": bad(x=[1, 1, 2])}, ValueError, "clusters: 1 to 2, the number of different rows"),
        (f"{S}.find_clusters", {"table": XY, "distance": 0}, ValueError, "distance, smallest: numbers above 0"),
        (f"{S}.find_clusters", {"table": XY[:1], "method": "hierarchy"}, ValueError, "table: at least two rows"),
        (f"{C}.score_classes", {"table": XY, "actual": "y"}, ValueError, "predicted: no column is called 'prediction'"),
        (
            f"{C}.score_classes",
            {"table": XY, "actual": "y", "predicted": "x"},
            TypeError,
            "actual, predicted: classes of one",
        ),
        (
            f"{C}.score_numbers",
            {"table": XY, "actual": "x", "predicted": "y"},
            TypeError,
            "predicted: a column of numbers",
        ),
        (
            f"{C}.confusion_matrix",
            {"table": bad(a=[1, None], b=[None, 1]), "actual": "a", "predicted": "b"},
            ValueError,
            "table: at least one row with both 'a' and 'b'",
        ),
        (
            f"{C}.roc_curve",
            {"table": XY, "actual": "y", "probability": "x"},
            ValueError,
            "positive: .* not True; there are: 'a', 'b'",
        ),
        (
            f"{C}.roc_curve",
            {"table": XY, "actual": "y", "probability": "y"},
            TypeError,
            "probability: a column of numbers",
        ),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)


def test_a_model_says_what_it_misses() -> None:
    model = call(f"{M}.train_regressor", {"table": bad(x=[1, 2, 3], t=["a", "b", "a"], y=[1, 2, 3]), "target": "y"})
    rows = bad(x=[1, None], t=[None, 5])
    for node, arguments, words in (
        ("predict", {"table": bad(x=[1])}, "table: the columns of the model were expected, there is no 't'"),
        ("predict", {"table": rows, "column": ""}, "column: a name"),
        ("predict", {"table": rows, "probabilities": True}, "probabilities: this model gives none"),
        ("cross_validate", {"table": rows}, "folds: 2 to 2, the number of rows"),
        ("cross_validate", {"table": rows, "folds": 2}, "table: the target 'y'"),
        ("feature_importance", {"table": rows}, "table: the target 'y'"),
        ("feature_importance", {"table": rows, "rounds": 0}, "rounds: 1 or more"),
    ):
        with pytest.raises(ValueError, match=words):
            call(f"{M}.{node}", {"model": model, **arguments})
    with pytest.raises(TypeError, match="table: numbers were expected in 'x'"):
        call(f"{M}.predict", {"model": model, "table": bad(x=["many"], t=["a"])})
    assert call(f"{M}.predict", {"model": model, "table": rows})["prediction"].notna().all()


def test_split_keeps_every_row_once_and_shares_when_asked() -> None:
    table = animals()
    parts = call(f"{S}.split_for_training", {"table": table, "same_shares_of": "kind", "test_share": 0.5})
    assert sorted([*parts.train.index, *parts.test.index]) == list(range(60))
    assert parts.test["kind"].value_counts().tolist() == [10, 10, 10]
    again = call(f"{S}.split_for_training", {"table": table, "same_shares_of": "kind", "test_share": 0.5})
    other = call(f"{S}.split_for_training", {"table": table, "test_share": 0.5, "seed": 1})
    assert parts.train.equals(again.train) and not parts.train.equals(other.train)


def test_principal_components() -> None:
    made = call(f"{S}.principal_components", {"table": bad(x=[1, 2, 3, 4], y=[2, 4, 6, 9], n=list("abcd"))})
    assert made.table.columns.tolist() == ["x", "y", "n", "PC1", "PC2"]
    assert sum(made.explained) == pytest.approx(1) and made.explained[0] > 0.9
    assert made.loadings["column"].tolist() == ["x", "y"]
    flat = call(f"{S}.principal_components", {"table": bad(x=[1, 1], y=[2, 2]), "count": 1, "scale": False})
    assert flat.explained == [0.0]


@pytest.mark.parametrize("method", ["k_means", "density", "hierarchy"])
def test_groups_are_found(method: str) -> None:
    table = bad(x=[0, 0.1, 0.2, 9, 9.1, 9.2], name=list("abcdef"))
    arguments = {"table": table, "scale": False}
    arguments |= {"clusters": 2} if method == "k_means" else {"method": method, "smallest": 2}
    node = "k_means" if method == "k_means" else "find_clusters"
    groups = call(f"{S}.{node}", arguments)
    labels = groups.table["cluster"].tolist()
    assert labels[:3] == [labels[0]] * 3 and labels[3:] == [1 - labels[0]] * 3
    assert sorted(groups.centres["x"]) == pytest.approx([0.1, 9.1]) and groups.silhouette > 0.9
    alone = call(f"{S}.find_clusters", {"table": bad(x=[1, 50]), "scale": False})
    assert alone.table["cluster"].tolist() == [-1, -1] and len(alone.centres) == 0 and alone.silhouette == 0


def test_scores() -> None:
    table = bad(kind=["a", "a", "b", None], prediction=["a", "b", "b", "a"], p=[0.9, 0.4, 0.1, 0.5])
    scores = call(f"{C}.score_classes", {"table": table, "actual": "kind"})
    assert (scores.accuracy, scores.precision, scores.recall) == pytest.approx((2 / 3, 0.75, 0.75))
    assert scores.by_class.to_dict("list")["count"] == [2, 1]
    counts = call(f"{C}.confusion_matrix", {"table": table, "actual": "kind"})
    assert counts.to_dict("list") == {"actual": ["a", "b"], "a": [1, 0], "b": [1, 1]}
    shares = call(f"{C}.confusion_matrix", {"table": table, "actual": "kind", "shares": True})
    assert shares["a"].tolist() == [0.5, 0.0]
    curve = call(f"{C}.roc_curve", {"table": table, "actual": "kind", "probability": "p", "positive": "a"})
    assert curve.area == 1 and curve.curve.columns.tolist()[1:] == ["false positive rate", "true positive rate"]
    exact = call(f"{C}.score_numbers", {"table": bad(y=[1, 2], prediction=[1.0, 2.0]), "actual": "y"})
    assert exact == (1, 0, 0, 0)
