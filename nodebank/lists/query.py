# /// script
# dependencies = ["jmespath"]
# ///
"""JMESPath: a question asked of dictionaries and lists, as those of a web service. A plain path needs no package."""

from __future__ import annotations

import loom


@loom.node(title="Query data", keywords=["jmespath", "json", "jsonpath", "jq", "select", "extract", "nested", "filter"])
def query_data(value: object, query: str = "@") -> object:
    """Pick and reshape what dictionaries and lists hold, by a JMESPath expression.

    Args:
        value: Dictionary or list, such as what a web service gave.
        query: people[*].name lists the names, people[?age > `30`] keeps some, length(people) counts, @ is the whole;
            see jmespath.org. What is not there gives nothing.

    Example:
        >>> query_data({"people": [{"name": "Ada", "age": 36}, {"name": "Tim", "age": 9}]}, "people[?age > `18`].name")
        ['Ada']
    """
    import jmespath

    if not isinstance(query, str) or not query.strip():
        raise ValueError("query: a JMESPath expression such as people[*].name was expected, this is empty or no text")
    try:
        return jmespath.search(query.strip(), value)
    except jmespath.exceptions.JMESPathError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"query: not what JMESPath can compute: {query!r:.80}: {reason}") from None
