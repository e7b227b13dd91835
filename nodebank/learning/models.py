# /// script
# dependencies = ["numpy", "pandas", "scikit-learn"]
# ///
"""Models that learn from tables (scikit-learn): trained, tried, asked and explained.

A model is a pipeline that fills gaps, scales numbers and turns texts into yes-or-no columns by itself, so tables go in
as they are. It knows the names of its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_learning import _pick, _whole_table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from sklearn.model_selection import BaseCrossValidator
    from sklearn.pipeline import Pipeline

_ERROR = "mean absolute error"


class Tuned(NamedTuple):
    """What `tune_model` gives."""

    model: Pipeline
    trials: pd.DataFrame
    best: dict[str, object]


class Trial(NamedTuple):
    """What `cross_validate` gives."""

    scores: pd.DataFrame
    mean: float
    spread: float


@loom.node(
    title="Train classifier",
    keywords=["fit", "learn", "logistic regression", "random forest", "svm", "knn", "naive bayes", "tree", "sklearn"],
)
def train_classifier(
    table: pd.DataFrame,
    target: str,
    features: str | list[str] = "",
    method: Literal[
        "logistic regression",
        "random forest",
        "gradient boosting",
        "decision tree",
        "nearest neighbours",
        "support vectors",
        "naive Bayes",
    ] = "random forest",
    seed: int = 0,
    settings: dict[str, object] | None = None,
) -> Pipeline:
    """Train a model that tells which class a row belongs to.

    Args:
        table: Rows to learn from; rows without a class are left out.
        target: Column that holds the class.
        features: Columns to tell it by, separated by commas; empty: all others.
        method: How it learns.
        seed: The same seed gives the same model where chance plays a part.
        settings: Settings of the method by the name that scikit-learn gives them, such as {"max_depth": 3}.

    Example:
        >>> table = pd.DataFrame({"size": [1, 2, 8, 9] * 5, "kind": ["cat", "cat", "horse", "horse"] * 5})
        >>> model = train_classifier(table, target="kind", method="decision tree")
        >>> model.predict(pd.DataFrame({"size": [1.5, 10.0]})).tolist()
        ['cat', 'horse']
    """
    rows, names = _learnable(table, target, features)
    classes = rows[target].unique()
    if len(classes) < 2:
        raise ValueError(f"target: at least two classes were expected in {target!r}, there is {list(classes)}")
    if len(classes) > 2 and len(classes) == len(rows) and rows[target].dtype.kind == "f":
        raise ValueError(
            f"target: classes were expected in {target!r}, each row has a number of its own; use Train regressor"
        )
    return _fit(rows, target, names, method, seed, settings, is_classifier=True)


@loom.node(
    title="Train regressor",
    keywords=["fit", "learn", "linear regression", "ridge", "lasso", "random forest", "svm", "knn", "sklearn"],
)
def train_regressor(
    table: pd.DataFrame,
    target: str,
    features: str | list[str] = "",
    method: Literal[
        "linear regression",
        "ridge",
        "lasso",
        "random forest",
        "gradient boosting",
        "decision tree",
        "nearest neighbours",
        "support vectors",
    ] = "linear regression",
    seed: int = 0,
    settings: dict[str, object] | None = None,
) -> Pipeline:
    """Train a model that tells a number of a row.

    Args:
        table: Rows to learn from; rows without the number are left out.
        target: Column that holds the number.
        features: Columns to tell it by, separated by commas; empty: all others.
        method: How it learns.
        seed: The same seed gives the same model where chance plays a part.
        settings: Settings of the method by the name that scikit-learn gives them, such as {"alpha": 0.1}.

    Example:
        >>> table = pd.DataFrame({"rooms": [1, 2, 3, 4], "price": [100.0, 200.0, 300.0, 400.0]})
        >>> model = train_regressor(table, target="price")
        >>> model.predict(pd.DataFrame({"rooms": [6.0]})).round(6).tolist()
        [600.0]
    """
    rows, names = _learnable(table, target, features)
    _need_numbers(rows, target)
    return _fit(rows, target, names, method, seed, settings, is_classifier=False)


@loom.node(title="Predict", keywords=["apply", "score", "classify", "model", "inference", "sklearn"])
def predict(
    model: Pipeline, table: pd.DataFrame, column: str = "prediction", probabilities: bool = False
) -> pd.DataFrame:
    """Ask a model about each row of a table, and give the table with the answers.

    Args:
        model: A model of Train classifier or Train regressor.
        table: Rows with the columns that the model was trained with; more do no harm.
        column: Name of the new column.
        probabilities: One more column for each class, with its probability, 0 to 1.

    Example:
        >>> table = pd.DataFrame({"size": [1, 2, 8, 9], "kind": ["cat", "cat", "horse", "horse"]})
        >>> model = train_classifier(table, target="kind", method="decision tree")
        >>> predict(model, pd.DataFrame({"size": [0, 20]})).to_dict("list")
        {'size': [0, 20], 'prediction': ['cat', 'horse']}
    """
    rows = _asked(model, table)
    if not column:
        raise ValueError("column: a name for the new column was expected, this is empty")
    model = _unchanging(model)
    added = {column: model.predict(rows)}
    if probabilities:
        if not hasattr(model, "predict_proba"):
            raise ValueError("probabilities: this model gives none; train a classifier, of another method")
        chances = model.predict_proba(rows)
        added |= {f"{column} {name}": chances[:, i] for i, name in enumerate(model.classes_)}
    return table.assign(**added)


@loom.node(title="Cross-validate", keywords=["k-fold", "evaluate", "compare models", "accuracy", "test", "sklearn"])
def cross_validate(
    model: Pipeline,
    table: pd.DataFrame,
    folds: Annotated[int, loom.Range(2, 100)] = 5,
    measure: Literal["usual", "accuracy", "F1", "area under ROC", "R²", "mean absolute error"] = "usual",
    seed: int = 0,
) -> Trial:
    """Try how well a kind of model does on rows that it has not seen: train on all folds but one, score on that one.

    Args:
        model: A model of Train classifier or Train regressor; a copy is trained anew each time.
        table: Rows with the same columns, the target's too.
        folds: How many parts the rows are put in by chance.
        measure: What is measured; usual is accuracy for a classifier and R² for a regressor.
        seed: The same seed gives the same parts.

    Example:
        >>> table = pd.DataFrame({"x": range(20), "y": [2 * x + 1.0 for x in range(20)]})
        >>> round(cross_validate(train_regressor(table, target="y"), table).mean, 6)
        1.0
    """
    import pandas as pd
    from sklearn.model_selection import cross_val_score

    columns, target, parts, scoring = _folded(model, table, folds, measure, seed)
    try:
        scores = cross_val_score(model, columns, target, cv=parts, scoring=scoring, error_score="raise")
    except ValueError as error:
        raise ValueError(f"folds: {folds} folds cannot be made or scored: {error}") from error
    scores = _readable(scores, measure)
    scored = pd.DataFrame({"fold": range(1, folds + 1), "score": scores})
    return Trial(scored, float(scores.mean()), float(scores.std(ddof=1)))


@loom.node(
    title="Tune model", keywords=["grid search", "parameters", "hyperparameters", "optimize", "settings", "sklearn"]
)
def tune_model(
    model: Pipeline,
    table: pd.DataFrame,
    settings: Annotated[str | dict[str, object], loom.Multiline()],
    folds: Annotated[int, loom.Range(2, 100)] = 5,
    measure: Literal["usual", "accuracy", "F1", "area under ROC", "R²", "mean absolute error"] = "usual",
    seed: int = 0,
) -> Tuned:
    """Try all combinations of settings by cross-validation, and train a model anew with the best.

    Args:
        model: A model of Train classifier or Train regressor; a copy is trained anew each time.
        table: Rows with the same columns, the target's too.
        settings: A line for each setting, by the name that scikit-learn gives it, with the values to try, such as
            max_depth = 2, 4, None; or a dictionary of lists.
        folds: How many parts the rows are put in by chance.
        measure: What is measured; usual is accuracy for a classifier and R² for a regressor.
        seed: The same seed gives the same parts.

    Example:
        >>> table = pd.DataFrame({"x": range(20), "y": [2 * x + 1.0 for x in range(20)]})
        >>> model = train_regressor(table, target="y", method="ridge")
        >>> tune_model(model, table, "alpha = 0.01, 1, 100").best
        {'alpha': 0.01}
    """
    import pandas as pd
    from sklearn.model_selection import GridSearchCV

    columns, target, parts, scoring = _folded(model, table, folds, measure, seed)
    name, learner = model.steps[-1]
    trials_of = _values_to_try(settings)
    unknown = [setting for setting in trials_of if setting not in learner.get_params()]
    if unknown:
        known = ", ".join(learner.get_params())
        raise ValueError(f"settings: this model has no {unknown[0]!r}; it has: {known}")
    grid = {f"{name}__{setting}": values for setting, values in trials_of.items()}
    search = GridSearchCV(model, grid, scoring=scoring, cv=parts, error_score="raise")
    try:
        search.fit(columns, target)
    except ValueError as error:
        raise ValueError(f"settings, folds: not all of it can be trained and scored: {error}") from error
    tried = search.cv_results_
    made: dict[str, object] = {
        setting: [each[f"{name}__{setting}"] for each in tried["params"]] for setting in trials_of
    }
    made |= {"score": _readable(tried["mean_test_score"], measure), "spread": tried["std_test_score"]}
    best = search.best_estimator_
    best.target_name_, best.text_names_ = model.target_name_, model.text_names_
    trials = pd.DataFrame(made).iloc[tried["rank_test_score"].argsort(kind="stable")].reset_index(drop=True)
    return Tuned(best, trials, {setting: search.best_params_[f"{name}__{setting}"] for setting in trials_of})


@loom.node(
    title="Model coefficients", keywords=["weights", "linear", "logistic", "ridge", "lasso", "explain", "sklearn"]
)
def model_coefficients(model: Pipeline) -> pd.DataFrame:
    """List what a linear model adds for each column: what its answer grows by with one standard deviation.

    A column of texts has a row for each text. A classifier has a column for each class, of two for the second alone.

    Args:
        model: A model of logistic regression, linear regression, ridge or lasso.

    Example:
        >>> table = pd.DataFrame({"x": [0, 1, 2, 3], "y": [1.0, 3.0, 5.0, 7.0]})
        >>> model_coefficients(train_regressor(table, target="y")).round(3).to_dict("list")
        {'column': ['(constant)', 'x'], 'coefficient': [4.0, 2.236]}
    """
    import numpy as np
    import pandas as pd

    _need_model(model)
    learner = model[-1]
    if not type(learner).__module__.startswith("sklearn.linear_model"):
        raise ValueError(f"model: one of a linear method was expected, this is a {type(learner).__name__}")
    weights, constants = np.atleast_2d(learner.coef_), np.atleast_1d(learner.intercept_)
    names = [name.split("__", 1)[1] for name in model[0].get_feature_names_out()]
    made = pd.DataFrame({"column": ["(constant)", *names]})
    classes = list(getattr(learner, "classes_", []))
    labels = [f"coefficient of {label}" for label in classes[-len(weights) :]] or ["coefficient"]
    for label, constant, row in zip(labels, constants, weights, strict=True):
        made[label] = [constant, *row]
    return made


@loom.node(title="Feature importance", keywords=["permutation", "explain", "which columns", "rank", "sklearn"])
def feature_importance(
    model: Pipeline, table: pd.DataFrame, rounds: Annotated[int, loom.Range(1, 1000)] = 10, seed: int = 0
) -> pd.DataFrame:
    """Measure how much a model needs each column: how much its score falls when that column is shuffled.

    Args:
        model: A model of Train classifier or Train regressor.
        table: Rows with the same columns, the target's too; best those that it was not trained with.
        rounds: How often each column is shuffled.
        seed: The same seed gives the same result.

    Example:
        >>> table = pd.DataFrame({"x": range(20), "noise": [3, 1, 2, 5] * 5, "y": [2.0 * x for x in range(20)]})
        >>> feature_importance(train_regressor(table, target="y"), table)["column"].tolist()
        ['x', 'noise']
    """
    import pandas as pd
    from sklearn.inspection import permutation_importance

    if rounds < 1:
        raise ValueError(f"rounds: 1 or more was expected, not {rounds}")
    columns, target = _asked(model, table), _target_values(model, table)
    kept = target.notna()
    found = permutation_importance(_unchanging(model), columns[kept], target[kept], n_repeats=rounds, random_state=seed)
    made = {"column": columns.columns, "importance": found.importances_mean, "spread": found.importances_std}
    return pd.DataFrame(made).sort_values("importance", ascending=False, ignore_index=True, kind="stable")


def _learnable(table: object, target: str, features: object) -> tuple[pd.DataFrame, list[str]]:
    """The rows that can be learnt from, and the columns to learn by."""
    rows = _whole_table("table", table)
    (target,) = _pick(rows, "target", [target] if target else [])
    others = [column for column in rows.columns if column != target]
    if not all(isinstance(column, str) for column in rows.columns):
        raise TypeError("table: columns whose names are texts were expected")
    names = _pick(rows, "features", features or others)
    if target in names:
        raise ValueError(f"features: columns other than the target {target!r} were expected")
    kept = rows[rows[target].notna()]
    if len(kept) < 2:
        raise ValueError(f"table: at least two rows with a value of {target!r} were expected, there are {len(kept)}")
    return kept, names


def _need_numbers(rows: pd.DataFrame, target: str) -> None:
    from pandas.api.types import is_numeric_dtype

    if not is_numeric_dtype(rows[target]):
        raise TypeError(f"target: a column of numbers was expected, {target!r} is of {rows[target].dtype}")


def _fit(
    rows: pd.DataFrame, target: str, names: list[str], method: str, seed: int, settings: object, *, is_classifier: bool
) -> Pipeline:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    columns = _features(rows, names)
    numbers = [name for name in names if columns[name].dtype == float]
    texts = [name for name in names if name not in numbers]
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    fill = SimpleImputer(strategy="constant", fill_value="")
    shape = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler()), numbers),
            ("texts", make_pipeline(fill, one_hot), texts),
        ]
    )
    learner = _learner(method, seed, len(rows), is_classifier)
    if settings is not None:
        if not isinstance(settings, Mapping):
            raise TypeError(f"settings: a dictionary was expected, not {type(settings).__name__}")
        unknown = [name for name in settings if name not in learner.get_params()]
        if unknown:
            known = ", ".join(learner.get_params())
            raise ValueError(f"settings: {method} has no {unknown[0]!r}; it has: {known}")
        learner.set_params(**settings)
    model = make_pipeline(shape, learner)
    try:
        model.fit(columns, rows[target])
    except ValueError as error:  # scikit-learn names the setting that is out of range
        raise ValueError(f"settings, table: {method} cannot learn from this: {error}") from error
    # What it was trained with, for the nodes that ask it.
    model.target_name_, model.text_names_ = target, texts
    return model


def _learner(method: str, seed: int, count: int, is_classifier: bool) -> object:
    from sklearn import ensemble, linear_model, naive_bayes, neighbors, svm, tree

    near = min(5, count)
    if is_classifier:
        makers = {
            "logistic regression": lambda: linear_model.LogisticRegression(max_iter=1000),
            "random forest": lambda: ensemble.RandomForestClassifier(random_state=seed),
            "gradient boosting": lambda: ensemble.GradientBoostingClassifier(random_state=seed),
            "decision tree": lambda: tree.DecisionTreeClassifier(random_state=seed),
            "nearest neighbours": lambda: neighbors.KNeighborsClassifier(near),
            "support vectors": lambda: svm.SVC(random_state=seed),
            "naive Bayes": naive_bayes.GaussianNB,
        }
    else:
        makers = {
            "linear regression": linear_model.LinearRegression,
            "ridge": linear_model.Ridge,
            "lasso": linear_model.Lasso,
            "random forest": lambda: ensemble.RandomForestRegressor(random_state=seed),
            "gradient boosting": lambda: ensemble.GradientBoostingRegressor(random_state=seed),
            "decision tree": lambda: tree.DecisionTreeRegressor(random_state=seed),
            "nearest neighbours": lambda: neighbors.KNeighborsRegressor(near),
            "support vectors": svm.SVR,
        }
    return makers[method]()


def _features(rows: pd.DataFrame, names: list[str], texts: list[str] | None = None) -> pd.DataFrame:
    """The columns as numbers with gaps, or as texts with gaps: those of `texts`, else what is no number."""
    import numpy as np
    import pandas as pd
    from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

    made = {}
    for name in names:
        column = rows[name]
        if is_datetime64_any_dtype(column):
            raise TypeError(f"features: numbers, texts or true and false were expected, {name!r} holds dates")
        if name in texts if texts is not None else not is_numeric_dtype(column):
            made[name] = column.map(str, na_action="ignore").astype(object).where(column.notna(), np.nan)
            continue
        try:
            made[name] = pd.to_numeric(column).astype(float)
        except (TypeError, ValueError):
            raise TypeError(f"table: numbers were expected in {name!r}, as the model was trained with them") from None
        if np.isinf(made[name]).any():
            raise ValueError(f"table: finite numbers were expected, {name!r} holds infinity")
    return pd.DataFrame(made, index=rows.index)


def _folded(
    model: Pipeline, table: pd.DataFrame, folds: int, measure: str, seed: int
) -> tuple[pd.DataFrame, pd.Series, BaseCrossValidator, str]:
    """The rows that have a target, the way to part them, and scikit-learn's name of the measure."""
    from sklearn.base import is_classifier
    from sklearn.model_selection import KFold, StratifiedKFold

    columns = _asked(model, table)
    if not 2 <= folds <= len(table):
        raise ValueError(f"folds: 2 to {len(table)}, the number of rows, was expected, not {folds}")
    target = _target_values(model, table)
    for_classes = {"accuracy": "accuracy", "F1": "f1_macro", "area under ROC": "roc_auc_ovr"}
    for_numbers = {"R²": "r2", _ERROR: "neg_mean_absolute_error"}
    known = for_classes if is_classifier(model) else for_numbers
    if measure != "usual" and measure not in known:
        raise ValueError(f"measure: usual or one of {', '.join(known)} was expected for this model, not {measure}")
    parts = (StratifiedKFold if is_classifier(model) else KFold)(folds, shuffle=True, random_state=seed)
    kept = target.notna()
    return columns[kept], target[kept], parts, known[measure if measure != "usual" else next(iter(known))]


def _values_to_try(settings: object) -> dict[str, list[object]]:
    """Lists of values by the name of their setting, of such a dictionary or of lines such as `alpha = 0.1, 1`."""
    if isinstance(settings, str):
        lines = [line.partition("=") for line in settings.splitlines() if line.strip()]
        settings = {name.strip(): [_literal(part) for part in values.split(",")] for name, _, values in lines}
    if not isinstance(settings, Mapping) or not settings:
        raise TypeError("settings: lines such as max_depth = 2, 4, or a dictionary of lists, were expected")
    for name, values in settings.items():
        if not isinstance(values, list | tuple) or not values or values == [""]:
            raise TypeError(f"settings: a list of the values to try was expected for {name!r}")
    return {name: list(values) for name, values in settings.items()}


def _literal(text: str) -> object:
    """A number, true or false, or None, as Python writes it; else the text."""
    import ast

    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        return text.strip()


def _readable(scores: np.ndarray, measure: str) -> np.ndarray:
    """scikit-learn counts errors below 0, so that more is better everywhere; people read them above."""
    return abs(scores) if measure == _ERROR else scores


def _unchanging(model: Pipeline) -> Pipeline:
    """The model to ask: one that finds neighbours in a tree counts its searches in there, so a copy is asked."""
    import copy

    return model if getattr(model[-1], "_tree", None) is None else copy.deepcopy(model)


def _need_model(model: object) -> None:
    if not hasattr(model, "target_name_"):
        raise TypeError(
            f"model: a model of Train classifier or Train regressor was expected, not {type(model).__name__}"
        )


def _asked(model: Pipeline, table: object) -> pd.DataFrame:
    """The columns of a table that a model looks at."""
    _need_model(model)
    rows = _whole_table("table", table)
    names = list(model.feature_names_in_)
    missing = [name for name in names if name not in rows.columns]
    if missing:
        raise ValueError(f"table: the columns of the model were expected, there is no {', '.join(map(repr, missing))}")
    return _features(rows, names, model.text_names_)


def _target_values(model: Pipeline, table: pd.DataFrame) -> pd.Series:
    if model.target_name_ not in table.columns:
        raise ValueError(f"table: the target {model.target_name_!r} of the model was expected among the columns")
    return table[model.target_name_]
