# /// script
# dependencies = ["pandas"]
# ///
"""Word counts: which words of a text are worth counting. The counting itself is up to the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import loom

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Table of words", keywords=["dataframe", "stop words", "filter", "list"])
def table_of_words(
    words: list[str],
    leave_out: Annotated[str, loom.Multiline()] = "",
    shortest: Annotated[int, loom.Slider(1, 12)] = 1,
) -> pd.DataFrame:
    """List words in a table, one row each, in the column word.

    Args:
        words: The words, in the order of the text.
        leave_out: Words that are not counted, with spaces or line breaks between them.
        shortest: Words with fewer letters are left out.

    Example:
        leave_out "the a" and shortest 3 keep "boat" and "sea" of "the", "boat", "at", "sea".
    """
    import pandas as pd

    unwanted = set(leave_out.split())
    kept = [word for word in words if len(word) >= shortest and word not in unwanted]
    return pd.DataFrame({"word": pd.Series(kept, dtype="object")})
