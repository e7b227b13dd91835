# /// script
# dependencies = ["pandas", "scikit-learn"]
# ///
"""Wine: the measurements that come with scikit-learn, as a table. What is done with them is up to the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import loom

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Wine table", keywords=["sample", "data", "load_wine"])
def wine_table() -> pd.DataFrame:
    """Load the chemical analyses of 178 wines from three growers that come with scikit-learn.

    There are 13 columns of measurements, and "class" that names the grower: class_0, class_1 or class_2. Nothing is
    downloaded.

    Example:
        The first wine has alcohol 14.23 and is of class_0.
    """
    from sklearn.datasets import load_wine

    wine = load_wine(as_frame=True)
    return wine.data.assign(**{"class": wine.target_names[wine.target]})
