# /// script
# dependencies = ["numpy", "pandas", "scikit-learn"]
# ///
"""Tables before and beside learning: parted, reduced, put in groups that nobody named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_learning import _pick, _whole_table

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler


class Halves(NamedTuple):
    """What `split_for_training` gives."""

    train: pd.DataFrame
    test: pd.DataFrame


class Scaled(NamedTuple):
    """What `train_scaler` gives."""

    table: pd.DataFrame
    scaler: StandardScaler | MinMaxScaler | RobustScaler


class Components(NamedTuple):
    """What `principal_components` gives."""

    table: pd.DataFrame
    loadings: pd.DataFrame
    explained: list[float]


class Clusters(NamedTuple):
    """What `k_means` gives."""

    table: pd.DataFrame
    centres: pd.DataFrame
    silhouette: float


@loom.node(title="Train-test split", keywords=["partition", "sample", "holdout", "random", "stratified", "sklearn"])
def split_for_training(
    table: pd.DataFrame,
    test_share: Annotated[float, loom.Slider(0.01, 0.99, step=0.01)] = 0.25,
    same_shares_of: str = "",
    seed: int = 0,
) -> Halves:
    """Part the rows of a table by chance: some to train with, the others to test with.

    Args:
        table: Rows to part, two or more.
        test_share: Share of the rows to test with, above 0 and below 1.
        same_shares_of: Column whose values have the same shares in both parts; empty: none.
        seed: The same seed gives the same parts.

    Example:
        >>> parts = split_for_training(pd.DataFrame({"x": range(8)}))
        >>> len(parts.train), len(parts.test)
        (6, 2)
    """
    from sklearn.model_selection import train_test_split

    rows = _whole_table("table", table)
    if not 0 < test_share < 1:
        raise ValueError(f"test_share: above 0 and below 1 was expected, not {test_share}")
    by = rows[_pick(rows, "same_shares_of", [same_shares_of])[0]] if same_shares_of else None
    try:
        train, test = train_test_split(rows, test_size=test_share, random_state=seed, stratify=by)
    except ValueError as error:
        raise ValueError(f"table, same_shares_of: the rows cannot be parted so: {error}") from error
    return Halves(train.sort_index(), test.sort_index())


@loom.node(
    title="Train scaler", keywords=["normalize", "standardize", "min-max", "robust", "preprocess", "fit", "sklearn"]
)
def train_scaler(
    table: pd.DataFrame,
    columns: str | list[str] = "",
    method: Literal["standard", "0 to 1", "robust"] = "standard",
) -> Scaled:
    """Bring columns to a common scale, and keep the scale to bring other rows to the same with Apply scaler.

    Args:
        table: Rows to take the scale from, such as those to train with; missing cells stay.
        columns: Columns of numbers, separated by commas; empty: all of them.
        method: Standard has mean 0 and deviation 1, 0 to 1 goes from the least to the greatest, robust has median 0
            and quartiles 1 apart.

    Example:
        >>> made = train_scaler(pd.DataFrame({"x": [10, 20, 30]}), method="0 to 1")
        >>> apply_scaler(made.scaler, pd.DataFrame({"x": [15, 40]}))["x"].tolist()
        [0.25, 1.5]
    """
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    rows = _whole_table("table", table)
    numbers = _number_columns(rows, "columns", columns, gaps=True)
    if not all(isinstance(column, str) for column in numbers.columns):
        raise TypeError("table: columns whose names are texts were expected")
    for column in numbers.columns:
        if not numbers[column].notna().any():
            raise ValueError(f"columns: at least one number was expected in {column!r}, there is none")
    scaler = {"standard": StandardScaler, "0 to 1": MinMaxScaler, "robust": RobustScaler}[method]().fit(numbers)
    return Scaled(apply_scaler(scaler, rows), scaler)


@loom.node(title="Apply scaler", keywords=["normalize", "standardize", "transform", "undo", "inverse", "sklearn"])
def apply_scaler(
    scaler: StandardScaler | MinMaxScaler | RobustScaler, table: pd.DataFrame, undo: bool = False
) -> pd.DataFrame:
    """Bring the columns of a table to the scale of other rows, or back from it.

    Args:
        scaler: A scaler of Train scaler.
        table: Rows with the columns that it knows; missing cells and other columns stay.
        undo: From the scale back to the numbers as they were.

    Example:
        >>> made = train_scaler(pd.DataFrame({"x": [10, 20, 30]}))
        >>> apply_scaler(made.scaler, made.table, undo=True)["x"].tolist()
        [10.0, 20.0, 30.0]
    """
    if not hasattr(scaler, "inverse_transform") or not hasattr(scaler, "feature_names_in_"):
        raise TypeError(f"scaler: a scaler of Train scaler was expected, not {type(scaler).__name__}")
    rows = _whole_table("table", table)
    names = list(scaler.feature_names_in_)
    numbers = _number_columns(rows, "table", names, gaps=True)
    made = scaler.inverse_transform(numbers) if undo else scaler.transform(numbers)
    return rows.assign(**{name: made[:, i] for i, name in enumerate(names)})


@loom.node(title="Principal components", keywords=["pca", "reduce", "dimensions", "svd", "project", "sklearn"])
def principal_components(
    table: pd.DataFrame,
    columns: str | list[str] = "",
    count: Annotated[int, loom.Range(1, 1000)] = 2,
    scale: bool = True,
) -> Components:
    """Put many columns of numbers into few that hold most of what differs (PCA).

    Args:
        table: Table to add the new columns PC1, PC2 and so on to.
        columns: Columns of numbers, separated by commas; empty: all of them.
        count: How many new columns; at most as many as there are columns and rows.
        scale: Bring all columns to the same spread first.

    Example:
        >>> parts = principal_components(pd.DataFrame({"x": [1, 2, 3], "y": [2, 4, 6]}), count=1)
        >>> list(parts.table.columns), round(parts.explained[0], 6)
        (['x', 'y', 'PC1'], 1.0)
    """
    import warnings

    import pandas as pd
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    rows = _whole_table("table", table)
    numbers = _number_columns(rows, "columns", columns)
    if not 1 <= count <= min(numbers.shape):
        raise ValueError(f"count: 1 to {min(numbers.shape)} was expected for {numbers.shape[1]} columns and "
                         f"{len(numbers)} rows, not {count}")  # fmt: skip
    names = [f"PC{i}" for i in range(1, count + 1)]
    model = PCA(count, random_state=0)
    points = StandardScaler().fit_transform(numbers) if scale else numbers.to_numpy()
    with warnings.catch_warnings():  # where nothing differs there is nothing to explain: shares are 0
        warnings.simplefilter("ignore", RuntimeWarning)
        made = model.fit_transform(points)
    loadings = pd.DataFrame(model.components_.T, columns=names)
    loadings.insert(0, "column", numbers.columns)
    explained = [float(share) if share == share else 0.0 for share in model.explained_variance_ratio_]
    return Components(rows.assign(**{name: made[:, i] for i, name in enumerate(names)}), loadings, explained)


@loom.node(title="K-means", keywords=["cluster", "group", "segment", "unsupervised", "centroids", "sklearn"])
def k_means(
    table: pd.DataFrame,
    columns: str | list[str] = "",
    clusters: Annotated[int, loom.Range(1, 1000)] = 3,
    scale: bool = True,
    seed: int = 0,
) -> Clusters:
    """Put rows that are alike into a given number of groups.

    Args:
        table: Table to add the column "cluster" to, which counts from 0.
        columns: Columns of numbers to compare by, separated by commas; empty: all of them.
        clusters: How many groups, at most as many as there are different rows.
        scale: Bring all columns to the same spread first.
        seed: The same seed gives the same groups.

    Example:
        >>> groups = k_means(pd.DataFrame({"x": [1, 2, 50, 51]}), clusters=2)
        >>> groups.table["cluster"].nunique(), sorted(groups.centres["x"])
        (2, [1.5, 50.5])
    """
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    rows = _whole_table("table", table)
    numbers = _number_columns(rows, "columns", columns)
    different = len(numbers.drop_duplicates())
    if not 1 <= clusters <= different:
        raise ValueError(f"clusters: 1 to {different}, the number of different rows, was expected, not {clusters}")
    points = StandardScaler().fit_transform(numbers) if scale else numbers.to_numpy()
    labels = KMeans(clusters, n_init=10, random_state=seed).fit_predict(points)
    centres = numbers.groupby(labels).mean().rename_axis("cluster").reset_index()
    return Clusters(rows.assign(cluster=labels), centres, _silhouette(points, labels))


@loom.node(title="Find clusters", keywords=["dbscan", "hierarchical", "agglomerative", "group", "density", "sklearn"])
def find_clusters(
    table: pd.DataFrame,
    columns: str | list[str] = "",
    method: Literal["density", "hierarchy"] = "density",
    distance: Annotated[float, loom.Range(0.0001, 1_000_000)] = 0.5,
    smallest: Annotated[int, loom.Range(1, 10_000)] = 5,
    scale: bool = True,
) -> Clusters:
    """Put rows that lie near each other into as many groups as there are.

    Args:
        table: Table to add the column "cluster" to, which counts from 0; -1 is a row that lies alone.
        columns: Columns of numbers to compare by, separated by commas; empty: all of them.
        method: Density (DBSCAN) grows a group from row to row; hierarchy joins the groups that are nearest.
        distance: How near rows must be, or groups to be joined; in standard deviations when scaled.
        smallest: Rows that a dense place has at least; of no use to hierarchy.
        scale: Bring all columns to the same spread first.

    Example:
        >>> groups = find_clusters(pd.DataFrame({"x": [1, 1, 2, 50, 50, 51, 99]}), smallest=2, distance=0.1)
        >>> groups.table["cluster"].tolist()
        [0, 0, 0, 1, 1, 1, -1]
    """
    from sklearn.cluster import DBSCAN, AgglomerativeClustering
    from sklearn.preprocessing import StandardScaler

    rows = _whole_table("table", table)
    numbers = _number_columns(rows, "columns", columns)
    if not distance > 0 or smallest < 1:
        raise ValueError(f"distance, smallest: numbers above 0 were expected, not {distance} and {smallest}")
    points = StandardScaler().fit_transform(numbers) if scale else numbers.to_numpy()
    if method == "density":
        labels = DBSCAN(eps=distance, min_samples=smallest).fit_predict(points)
    elif len(points) < 2:
        raise ValueError("table: at least two rows were expected for a hierarchy, there is 1")
    else:
        labels = AgglomerativeClustering(None, distance_threshold=distance).fit_predict(points)
    inside = labels >= 0
    centres = numbers[inside].groupby(labels[inside]).mean().rename_axis("cluster").reset_index()
    return Clusters(rows.assign(cluster=labels), centres, _silhouette(points[inside], labels[inside]))


@loom.node(title="Assign clusters", keywords=["nearest", "centroid", "apply k-means", "segment", "new rows", "sklearn"])
def assign_clusters(
    table: pd.DataFrame, clustered: pd.DataFrame, columns: str | list[str] = "", scale: bool = True
) -> pd.DataFrame:
    """Put new rows into groups that were found in others: each into that whose centre is nearest.

    Args:
        table: Table to add the column "cluster" to.
        clustered: Rows with their "cluster", as K-means and Find clusters give them; those of -1 lie alone.
        columns: Columns of numbers to compare by, separated by commas; empty: all of clustered.
        scale: Bring all columns to the spread that they have in clustered; as it was when the groups were found.

    Example:
        >>> groups = k_means(pd.DataFrame({"x": [1, 2, 50, 51]}), clusters=2)
        >>> made = assign_clusters(pd.DataFrame({"x": [3, 40]}), groups.table)
        >>> made["cluster"].tolist() == groups.table["cluster"].tolist()[1:3]
        True
    """
    from sklearn.metrics import pairwise_distances_argmin
    from sklearn.preprocessing import StandardScaler

    known, rows = _whole_table("clustered", clustered), _whole_table("table", table)
    _pick(known, "clustered", ["cluster"])
    numbers = _number_columns(known.drop(columns="cluster"), "clustered" if not columns else "columns", columns)
    asked = _number_columns(rows, "table", list(numbers.columns))
    scaler = StandardScaler(with_mean=scale, with_std=scale).fit(numbers)
    inside = (known["cluster"] >= 0).to_numpy()
    if not inside.any():
        raise ValueError("clustered: at least one row with a cluster of 0 or more was expected, there is none")
    centres = numbers[inside].groupby(known["cluster"][inside].to_numpy()).mean()
    nearest = pairwise_distances_argmin(scaler.transform(asked), scaler.transform(centres))
    return rows.assign(cluster=centres.index.to_numpy()[nearest])


def _silhouette(points: object, labels: object) -> float:
    """How well groups lie apart, -1 to 1; 0 where that has no meaning. Many rows are measured by some of them."""
    from sklearn.metrics import silhouette_score

    if not 2 <= len(set(labels)) < len(labels):
        return 0.0
    return float(silhouette_score(points, labels, sample_size=min(len(labels), 2000), random_state=0))


def _number_columns(table: pd.DataFrame, name: str, columns: object, *, gaps: bool = False) -> pd.DataFrame:
    """The columns, all those of numbers when none is named, as a table of finite numbers, without gaps if not said."""
    import numpy as np
    from pandas.api.types import is_numeric_dtype

    numeric = [column for column in table.columns if is_numeric_dtype(table[column])]
    if not columns and not numeric:
        raise ValueError(f"table: at least one column of numbers was expected, the columns are: {list(table.columns)}")
    picked = _pick(table, name, columns or numeric)
    for column in picked:
        if column not in numeric:
            raise TypeError(f"{name}: columns of numbers were expected, {column!r} is of {table[column].dtype}")
        if not gaps and table[column].isna().any():
            raise ValueError(
                f"{name}: {column!r} has {table[column].isna().sum()} empty cells; fill or drop them first"
            )
    numbers = table[picked].astype(float)
    if np.isinf(numbers.to_numpy()).any():
        raise ValueError(f"{name}: finite numbers were expected, there is infinity")
    return numbers
