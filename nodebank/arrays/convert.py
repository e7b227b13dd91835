# /// script
# dependencies = ["numpy", "pandas", "pillow"]
# ///
"""Arrays to and from lists, tables and files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_arrays import _described, _ndarray

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class ArrayInfo(NamedTuple):
    """What `array_info` gives."""

    shape: list[int]
    type: str
    count: int
    megabytes: float


@loom.node(title="Array info", keywords=["shape", "size", "type", "dtype", "dimensions", "numpy", "length"])
def array_info(array: np.ndarray) -> ArrayInfo:
    """Tell the shape of an array, the kind of its numbers, how many there are, and their megabytes.

    Args:
        array: Array to look at.

    Example:
        >>> array_info(np.zeros((480, 640), np.uint8))
        ArrayInfo(shape=[480, 640], type='uint8', count=307200, megabytes=0.3072)
    """
    values = _ndarray("array", array)
    return ArrayInfo(list(values.shape), str(values.dtype), int(values.size), values.nbytes / 1e6)


@loom.node(title="Array to list", keywords=["convert", "numpy", "numbers", "python", "rows"])
def array_to_list(array: np.ndarray) -> list:
    """Make a list of an array: numbers, or rows of them.

    Args:
        array: Array to convert.

    Example:
        >>> array_to_list(np.array([[1, 2], [3, 4]]))
        [[1, 2], [3, 4]]
    """
    values = _ndarray("array", array).tolist()
    return values if isinstance(values, list) else [values]


@loom.node(title="Array to table", keywords=["convert", "dataframe", "numpy", "pandas", "columns", "rows"])
def array_to_table(array: np.ndarray | list, columns: str = "") -> pd.DataFrame:
    """Make a table of an array: a row of numbers becomes a column, rows and columns stay so.

    Args:
        array: Array of one or two axes.
        columns: Names of the columns, parted by commas; nothing: column 1, column 2 and so on.

    Example:
        >>> array_to_table(np.array([[1, 2], [3, 4]]), "a, b")["b"].tolist()
        [2, 4]
    """
    import pandas as pd

    values = _ndarray("array", array)
    if values.ndim not in (1, 2):
        raise ValueError(f"array: one of one or two axes was expected, not {_described(values)}")
    values = values[:, None] if values.ndim == 1 else values
    names = [name.strip() for name in columns.split(",")] if columns.strip() else []
    if names and (len(names) != values.shape[1] or len(set(names)) != len(names)):
        raise ValueError(f"columns: {values.shape[1]} different names parted by commas were expected, not {columns!r}")
    return pd.DataFrame(values.copy(), columns=names or [f"column {at + 1}" for at in range(values.shape[1])])


@loom.node(title="Table to array", keywords=["convert", "dataframe", "numpy", "pandas", "matrix", "values"])
def table_to_array(table: pd.DataFrame, columns: str = "") -> np.ndarray:
    """Make an array of the columns of a table that hold numbers; missing values become nan.

    Args:
        table: Table to convert.
        columns: Which columns, parted by commas; nothing: all that hold numbers. One alone gives a row of numbers.

    Example:
        >>> table = pd.DataFrame({"name": ["a", "b"], "x": [1, 2], "y": [3, 4]})
        >>> table_to_array(table).tolist()
        [[1, 3], [2, 4]]
        >>> table_to_array(table, "y").tolist()
        [3, 4]
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table: a table was expected, not {type(table).__name__}")
    names = [name.strip() for name in columns.split(",")] if columns.strip() else []
    for name in names:
        if name not in table.columns:
            raise ValueError(f"columns: a column of the table was expected ({_named(table)}), not {name!r}")
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise ValueError(f"columns: columns of numbers were expected, {name!r} holds {table[name].dtype}")
    chosen = table[names] if names else table.select_dtypes(["number", "bool"])
    if not chosen.shape[1]:
        raise ValueError(f"table: at least one column of numbers was expected, there is none ({_named(table)})")
    has_gaps = bool(chosen.isna().to_numpy().any())
    values = chosen.to_numpy(dtype=float, na_value=float("nan")) if has_gaps else chosen.to_numpy()
    if values.dtype == object:
        values = chosen.to_numpy(dtype=float)
    return values[:, 0].copy() if len(names) == 1 else values.copy()


@loom.node(title="Load array", keywords=["npy", "npz", "read", "open", "numpy", "text", "csv", "file"])
def load_array(
    file: Annotated[Path, loom.OpenFile("*.npy", "*.npz", "*.csv", "*.txt", "*")], name: str = ""
) -> np.ndarray:
    """Load an array from a file: .npy, one of an .npz, or numbers in a text parted by commas or blanks.

    Objects are not read, since they could run code.

    Args:
        file: File to read.
        name: Which array of an .npz file; nothing: its first.

    Example:
        >>> np.save("numbers.npy", np.array([1, 2, 3]))
        >>> load_array(Path("numbers.npy")).tolist()
        [1, 2, 3]
    """
    import zipfile

    import numpy as np

    path = Path(file)
    if path == Path() or not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    try:
        if path.suffix.lower() not in (".npy", ".npz"):
            text = path.read_text(encoding="utf-8-sig")
            return np.loadtxt(text.splitlines(), delimiter="," if "," in text else ";" if ";" in text else None)
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded as archive:
            if name and name not in archive.files:
                raise KeyError(f"it has {', '.join(archive.files) or 'no array'}, but no {name!r}")
            if not archive.files:
                raise KeyError("it has no array")
            return archive[name or archive.files[0]]
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"file: not an array that can be read: {error}: {path}") from error


@loom.node(title="Save array", cache=False, keywords=["npy", "write", "export", "numpy", "text", "csv", "file"])
def save_array(array: np.ndarray | list, folder: Annotated[Path, loom.Folder()], name: str = "array.npy") -> Path:
    """Save an array as a file in a folder: .npy as it is, .csv or .txt as text of one or two axes.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on.

    Args:
        array: Array to save.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; its ending chooses the format, .npy when there is none.

    Example:
        >>> file = save_array(np.array([[1, 2], [3, 4]]), Path("results"), "matrix.csv")
        >>> file.read_text().split()
        ['1,2', '3,4']
    """
    import io

    import numpy as np

    values = _ndarray("array", array)
    ending = Path(name).suffix.lower() or ".npy"
    buffer = io.BytesIO()
    if ending == ".npy":
        np.save(buffer, values, allow_pickle=False)
    elif ending in (".csv", ".txt"):
        if values.ndim not in (1, 2):
            raise ValueError(f"array: one or two axes were expected for {ending}, not {_described(values)}")
        form = "%d" if values.dtype.kind in "biu" else "%.17g" if values.dtype.kind == "f" else "%s"
        np.savetxt(buffer, values, fmt=form, delimiter="," if ending == ".csv" else " ")
    else:
        raise ValueError(f"name: an ending .npy, .csv or .txt was expected, not {ending!r}")
    path = _target(folder, name, ".npy")
    path.write_bytes(buffer.getvalue())
    return path


@loom.node(
    title="Load pixels", keywords=["16-bit", "float", "tiff", "png", "raw", "scientific", "image", "read", "depth"]
)
def load_pixels(
    file: Annotated[Path, loom.OpenFile("*.tif", "*.tiff", "*.png", "*")],
    values: Literal["as stored", "0 to 1"] = "as stored",
) -> np.ndarray:
    """Load the pixels of an image file as an array, with all its bits: 8, 16, 32 or fractions.

    The array has rows, columns and, in colour, channels. Palettes become colours.

    Args:
        file: TIFF, PNG or other image file.
        values: As stored, or whole numbers as fractions of the greatest that their kind holds.

    Example:
        >>> Image.fromarray(np.array([[0, 65535]], np.uint16)).save("depth.png")
        >>> load_pixels(Path("depth.png")).tolist()
        [[0, 65535]]
    """
    import numpy as np
    from PIL import Image

    path = Path(file)
    if path == Path() or not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    try:
        with Image.open(path) as picture:
            has_palette = picture.mode in ("P", "PA")
            pixels = np.array(
                picture.convert("RGBA" if "transparency" in picture.info else "RGB") if has_palette else picture
            )
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise ValueError(f"file: not an image that can be read: {error}: {path}") from error
    if pixels.dtype.byteorder not in ("=", "|"):
        pixels = pixels.astype(pixels.dtype.newbyteorder("="))
    if values == "as stored":
        return pixels
    return pixels / np.iinfo(pixels.dtype).max if pixels.dtype.kind in "iu" else pixels.astype(float)


def _named(table: pd.DataFrame) -> str:
    names = [str(name) for name in table.columns]
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def _target(folder: Path, name: str, ending: str) -> Path:
    """The file `name` in `folder`, which is made; with `ending` when the name has none."""
    # An empty path is how nothing chosen arrives; it would mean whatever folder the engine happens to be in.
    if not isinstance(folder, str | Path) or Path(folder) == Path():
        raise ValueError("folder: a folder to save in was expected, none is chosen")
    if not name.strip() or Path(name).name != name:
        raise ValueError(f"name: the name of a file without a folder was expected, not {name!r}")
    path = Path(folder) / (name if Path(name).suffix else name + ending)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"folder: a folder was expected, this is a file: {folder}") from None
    return path
