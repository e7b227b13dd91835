# /// script
# dependencies = ["numpy"]
# ///
"""Matrices: products, equations, inverses, eigenvalues."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import loom
from _loom_arrays import _described, _finite_line, _ndarray, _real

if TYPE_CHECKING:
    import numpy as np


class Solution(NamedTuple):
    """What `solve_equations` gives."""

    x: np.ndarray
    residual: float
    rank: int


class Eigen(NamedTuple):
    """What `eigenvalues` gives."""

    values: np.ndarray
    vectors: np.ndarray


@loom.node(title="Matrix product", keywords=["dot", "matmul", "multiply", "inner", "linear algebra", "vector", "numpy"])
def matrix_product(a: np.ndarray | list, b: np.ndarray | list) -> np.ndarray | float:
    """Multiply matrices, rows by columns. Two rows of numbers give one number (dot product).

    Args:
        a: Matrix, or numbers in a row.
        b: Matrix with as many rows as a has columns, or numbers in a row.

    Example:
        >>> matrix_product([[1, 2], [3, 4]], [[1], [10]]).tolist()
        [[21], [43]]
        >>> matrix_product([1, 2], [3, 4])
        11
    """
    import numpy as np

    one, other = _ndarray("a", a), _ndarray("b", b)
    for name, array in (("a", one), ("b", other)):
        if array.ndim < 1:
            raise ValueError(f"{name}: a matrix or numbers in a row were expected, not {_described(array)}")
    one, other = (array.astype(np.int64) if array.dtype.kind in "iub" else array for array in (one, other))
    try:
        product = np.matmul(one, other)
    except ValueError:
        raise ValueError(
            f"b: as many rows as a has columns were expected; a is {_described(one)}, b {_described(other)}"
        ) from None
    return product.item() if np.ndim(product) == 0 else product


@loom.node(
    title="Solve equations", keywords=["linear system", "least squares", "lstsq", "matrix", "regression", "numpy"]
)
def solve_equations(a: np.ndarray | list, b: np.ndarray | list) -> Solution:
    """Solve the linear equations a x = b; where there are more than unknowns, by least squares.

    It gives x, the length of a x - b, and the rank of a; where that is below the number of columns there are many
    solutions, and the shortest is given, with a warning in the log.

    Args:
        a: Matrix: a row for each equation, a column for each unknown.
        b: Right sides: a number for each equation.

    Example:
        >>> solve_equations([[2, 0], [1, 1]], [4, 5]).x.round(6).tolist()
        [2.0, 3.0]
    """
    import numpy as np

    matrix, right = _real("a", _matrix("a", a)), _finite_line("b", b, 1)
    if len(right) != len(matrix):
        raise ValueError(f"b: a number for each of the {len(matrix)} rows of a was expected, not {len(right)}")
    x, _, rank, _ = np.linalg.lstsq(matrix, right)
    if rank < matrix.shape[1]:
        loom.warning(f"a: {matrix.shape[1]} unknowns, but only {rank} independent equations; the shortest x is given")
    return Solution(x, float(np.linalg.norm(matrix @ x - right)), int(rank))


@loom.node(title="Invert matrix", keywords=["inverse", "pseudo-inverse", "linear algebra", "solve", "numpy"])
def invert_matrix(matrix: np.ndarray | list, pseudo: bool = False) -> np.ndarray:
    """Invert a matrix.

    Args:
        matrix: As many rows as columns, which are independent; with pseudo any matrix.
        pseudo: Give the pseudo-inverse (E. H. Moore, R. Penrose), which every matrix has.

    Example:
        >>> invert_matrix([[2, 0], [0, 4]]).tolist()
        [[0.5, 0.0], [0.0, 0.25]]
    """
    import numpy as np

    if pseudo:
        return np.linalg.pinv(_matrix("matrix", matrix))
    values = _square_matrix("matrix", matrix)
    if np.linalg.matrix_rank(values) < len(values):
        raise ValueError(
            "matrix: independent rows were expected, these have no inverse; pseudo gives what comes nearest"
        )
    return np.linalg.inv(values)


@loom.node(title="Eigenvalues", keywords=["eigenvectors", "principal axes", "linear algebra", "matrix", "numpy"])
def eigenvalues(matrix: np.ndarray | list) -> Eigen:
    """Give the eigenvalues of a matrix, the greatest first, and their vectors, one a column.

    Args:
        matrix: As many rows as columns. A symmetric one has real values; others may have complex ones.

    Example:
        >>> eigenvalues([[2, 0], [0, 3]]).values.tolist()
        [3.0, 2.0]
    """
    import numpy as np

    values = _square_matrix("matrix", matrix)
    is_symmetric = np.allclose(values, values.conj().T)
    found, vectors = np.linalg.eigh(values) if is_symmetric else np.linalg.eig(values)
    order = np.argsort(-np.abs(found) if found.dtype.kind == "c" else -found, kind="stable")
    return Eigen(found[order], vectors[:, order])


@loom.node(title="Determinant", keywords=["det", "matrix", "volume", "linear algebra", "numpy"])
def determinant(matrix: np.ndarray | list) -> float:
    """Give the determinant of a matrix.

    Args:
        matrix: As many rows as columns.

    Example:
        >>> round(determinant([[1, 2], [3, 4]]), 6)
        -2.0
    """
    import numpy as np

    return float(np.linalg.det(_real("matrix", _square_matrix("matrix", matrix))))


def _matrix(name: str, value: object) -> np.ndarray:
    """Rows and columns of finite numbers."""
    import numpy as np

    array = _ndarray(name, value)
    if array.ndim != 2 or not array.size:
        raise ValueError(f"{name}: an array of rows and columns was expected, not {_described(array)}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: finite numbers were expected, some are missing or without end")
    return array


def _square_matrix(name: str, value: object) -> np.ndarray:
    array = _matrix(name, value)
    if array.shape[0] != array.shape[1]:
        raise ValueError(f"{name}: as many rows as columns were expected, not {_described(array)}")
    return array
