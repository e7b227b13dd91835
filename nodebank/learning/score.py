# /// script
# dependencies = ["pandas", "scikit-learn"]
# ///
"""How good predictions are: what is said beside what is so. Rows where either is missing are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import loom
from _loom_learning import _pick, _whole_table

if TYPE_CHECKING:
    import pandas as pd


class ClassScores(NamedTuple):
    """What `score_classes` gives."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    by_class: pd.DataFrame


class NumberScores(NamedTuple):
    """What `score_numbers` gives."""

    r_squared: float
    mean_absolute_error: float
    root_mean_squared_error: float
    largest_error: float


class Curve(NamedTuple):
    """What `roc_curve` gives."""

    curve: pd.DataFrame
    area: float


@loom.node(title="Score classes", keywords=["accuracy", "precision", "recall", "f1", "evaluate", "metrics", "sklearn"])
def score_classes(table: pd.DataFrame, actual: str, predicted: str = "prediction") -> ClassScores:
    """Measure how often a classifier is right.

    Args:
        table: Rows with the true class and the predicted one.
        actual: Column of the true class.
        predicted: Column of the predicted class.

    Example:
        >>> scores = score_classes(pd.DataFrame({"kind": ["a", "a", "b"], "prediction": ["a", "b", "b"]}), "kind")
        >>> round(scores.accuracy, 3), round(scores.f1, 3)
        (0.667, 0.667)
    """
    import pandas as pd
    from sklearn import metrics

    true, said = _pairs(table, actual, predicted)
    classes = _classes(true, said)
    parts = metrics.precision_recall_fscore_support(true, said, labels=classes, zero_division=0)
    by_class = pd.DataFrame(dict(zip(("precision", "recall", "f1", "count"), parts, strict=True)))
    by_class.insert(0, "class", classes)
    means = by_class[["precision", "recall", "f1"]].mean()
    accuracy = float(metrics.accuracy_score(true, said))
    return ClassScores(accuracy, *(float(mean) for mean in means), by_class)


@loom.node(
    title="Score numbers", keywords=["r2", "mae", "rmse", "error", "evaluate", "regression", "metrics", "sklearn"]
)
def score_numbers(table: pd.DataFrame, actual: str, predicted: str = "prediction") -> NumberScores:
    """Measure how near predicted numbers come.

    Args:
        table: Rows with the true number and the predicted one, two or more.
        actual: Column of the true number.
        predicted: Column of the predicted number.

    Example:
        >>> score_numbers(pd.DataFrame({"y": [1, 2, 3], "prediction": [1, 2, 4]}), "y")
        NumberScores(r_squared=0.5, mean_absolute_error=0.333..., root_mean_squared_error=0.577..., largest_error=1.0)
    """
    from pandas.api.types import is_numeric_dtype
    from sklearn import metrics

    true, said = _pairs(table, actual, predicted)
    for name, column in (("actual", true), ("predicted", said)):
        if not is_numeric_dtype(column):
            raise TypeError(f"{name}: a column of numbers was expected, {column.name!r} is of {column.dtype}")
    if len(true) < 2:
        raise ValueError("table: at least two rows with both numbers were expected, there is 1")
    return NumberScores(
        float(metrics.r2_score(true, said)),
        float(metrics.mean_absolute_error(true, said)),
        float(metrics.root_mean_squared_error(true, said)),
        float(metrics.max_error(true, said)),
    )


@loom.node(title="Confusion matrix", keywords=["classes", "errors", "crosstab", "evaluate", "metrics", "sklearn"])
def confusion_matrix(
    table: pd.DataFrame, actual: str, predicted: str = "prediction", shares: bool = False
) -> pd.DataFrame:
    """Count which classes are taken for which: a row for each true class, a column for each predicted one.

    Args:
        table: Rows with the true class and the predicted one.
        actual: Column of the true class.
        predicted: Column of the predicted class.
        shares: Shares of the rows of the true class, 0 to 1, in place of counts.

    Example:
        >>> table = pd.DataFrame({"kind": ["a", "a", "b"], "prediction": ["a", "b", "b"]})
        >>> confusion_matrix(table, "kind").to_dict("list")
        {'actual': ['a', 'b'], 'a': [1, 0], 'b': [1, 1]}
    """
    import pandas as pd
    from sklearn import metrics

    true, said = _pairs(table, actual, predicted)
    classes = _classes(true, said)
    counts = metrics.confusion_matrix(true, said, labels=classes)
    if shares:
        counts = counts / counts.sum(axis=1, keepdims=True).clip(1)
    made = pd.DataFrame(counts, columns=[str(name) for name in classes])
    made.insert(0, "actual", classes, allow_duplicates=True)
    return made


@loom.node(title="ROC curve", keywords=["auc", "threshold", "sensitivity", "specificity", "evaluate", "sklearn"])
def roc_curve(table: pd.DataFrame, actual: str, probability: str, positive: object = True) -> Curve:
    """Measure how well a probability tells two classes apart, at each threshold.

    Args:
        table: Rows with the true class and a probability, or any number that is higher for the positive class.
        actual: Column of the true class.
        probability: Column of the probability, as Predict gives it.
        positive: The class that the probability is of.

    Example:
        >>> table = pd.DataFrame({"ill": ["no", "no", "yes", "yes"], "chance": [0.1, 0.4, 0.35, 0.8]})
        >>> roc_curve(table, "ill", "chance", positive="yes").area
        0.75
    """
    import pandas as pd
    from pandas.api.types import is_numeric_dtype
    from sklearn import metrics

    true, chance = _pairs(table, actual, probability)
    if not is_numeric_dtype(chance):
        raise TypeError(f"probability: a column of numbers was expected, {probability!r} is of {chance.dtype}")
    is_positive = true == positive
    if not is_positive.any() or is_positive.all():
        some = ", ".join(map(repr, list(true.unique())[:10]))
        raise ValueError(
            f"positive: a class that some rows of {actual!r} have and some not was expected, "
            f"not {positive!r}; there are: {some}"
        )
    false_rate, true_rate, thresholds = metrics.roc_curve(is_positive, chance)
    made = {"threshold": thresholds, "false positive rate": false_rate, "true positive rate": true_rate}
    return Curve(pd.DataFrame(made), float(metrics.auc(false_rate, true_rate)))


def _pairs(table: object, actual: str, predicted: str) -> tuple[pd.Series, pd.Series]:
    rows = _whole_table("table", table)
    (one,), (other,) = _pick(rows, "actual", [actual]), _pick(rows, "predicted", [predicted])
    kept = rows[one].notna() & rows[other].notna()
    if not kept.any():
        raise ValueError(f"table: at least one row with both {actual!r} and {predicted!r} was expected, there is none")
    return rows.loc[kept, one], rows.loc[kept, other]


def _classes(true: pd.Series, said: pd.Series) -> list[object]:
    found = {*true.unique().tolist(), *said.unique().tolist()}
    try:
        return sorted(found)
    except TypeError:
        raise TypeError(
            f"actual, predicted: classes of one kind were expected, not {true.dtype} and {said.dtype}"
        ) from None
