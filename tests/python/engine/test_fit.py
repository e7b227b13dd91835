"""What inputs take when the graph runs: the same that the window lets be linked, by the table that both read."""

import json
import math
import random
from datetime import date, datetime
from pathlib import Path

import pytest

from executor.fit import parse, taking
from executor.registry import Kind

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
Image = pytest.importorskip("PIL.Image")

TABLE = Path(__file__).parents[2] / "protocol" / "fits.jsonl"
ROWS = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]


class Grid:
    """A class of somebody's own."""

    def __str__(self) -> str:
        return "a grid"


class Finer(Grid):
    pass


class Other:
    pass


def frame():
    return pd.DataFrame({"a": [1, 2], "b": [3, 4]})


def array():
    return np.array([[0, 50, 100], [150, 200, 250]], dtype="uint8")


def picture():
    return Image.fromarray(array())


NAMES = globals()


def taken(notation: str, value: object, default: object = "") -> object:
    """What a function gets whose input has this type."""

    def function(x=default):
        return x

    kind = Kind({"kind": 0, "function": "function", "inputs": [["x", notation]], "outputs": ["result"]})
    return taking(function, kind, "/project")(x=value)


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.tolist() == other.tolist()
    if isinstance(one, Image.Image):
        return isinstance(other, Image.Image) and one.tobytes() == other.tobytes()
    return type(one) is type(other) and bool(one == other)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['from']} to {row['to']}")
def test_a_value_is_taken_as_the_window_says(row: dict) -> None:
    for at, text in enumerate(row.get("values", ())):
        value = eval(text, NAMES)
        if row["fit"] == "refused":
            with pytest.raises(TypeError) as caught:
                taken(row["to"], value)
            says = row.get("says", ())[at : at + 1] or [""]
            assert str(caught.value).startswith(f"input 'x' takes {parse(row['to'])}, and was given ")
            assert str(caught.value).endswith(says[0])
        elif row["fit"] == "same":
            assert taken(row["to"], value) is value, text
        else:
            assert same(taken(row["to"], value), eval(row["becomes"][at], NAMES)), text


def test_numbers_of_numpy_are_numbers() -> None:
    assert type(taken("int", np.int64(3))) is np.int64
    assert type(taken("float", np.float32(0.5))) is np.float32
    assert type(taken("float", np.int64(3))) is float
    assert taken("bool", np.bool_(True)) == np.bool_(True)
    with pytest.raises(TypeError, match="takes int"):
        taken("int", np.float64(3))


def test_a_whole_number_that_would_lose_digits_stays() -> None:
    for number in (2**53 + 1, 10**400):
        assert taken("float", number) is number
    assert taken("float", 2**53) == float(2**53)


def test_what_is_used_up_by_looking_is_not_looked_at() -> None:
    items = (each for each in ["a", 1])
    assert taken("list[int]", items) is items
    assert list(items) == ["a", 1]


def test_a_long_list_is_looked_at_here_and_there_and_converted_whole() -> None:
    numbers = list(range(100_000))
    assert taken("list[float]", numbers) == [float(each) for each in numbers]
    with pytest.raises(TypeError, match="item 0 is a text"):
        taken("list[int]", ["a"] * 5_000)
    with pytest.raises(TypeError, match="item 99999 is a text 'last'"):
        taken("list[float]", [*numbers[:-1], "last"])


def test_a_list_of_the_caller_is_never_changed() -> None:
    given = [1, 2]
    assert taken("list[float]", given) == [1.0, 2.0]
    assert [type(each) for each in given] == [int, int]


def test_nothing_is_taken_where_it_is_the_default() -> None:
    assert taken("int", None, default=None) is None
    assert taken("list[int]", None, default=None) is None
    with pytest.raises(TypeError, match="takes int, and was given nothing"):
        taken("int", None, default=3)


def test_arrays_become_images_only_without_loss() -> None:
    for given, mode in [
        (np.zeros((2, 3), "bool"), "1"),
        (np.zeros((2, 3), "uint16"), "I;16"),
        (np.zeros((2, 3), "float32"), "F"),
        (np.zeros((2, 3, 2), "uint8"), "LA"),
        (np.zeros((2, 3, 4), "uint8"), "RGBA"),
    ]:
        image = taken("image", given)
        assert isinstance(image, Image.Image)
        assert image.mode == mode
    for given in (np.zeros((2, 3)), np.zeros((2, 3, 5), "uint8"), np.zeros(4, "uint8"), np.zeros((0, 3), "uint8")):
        with pytest.raises(TypeError, match=r"input 'x' takes image, and was given an array that is no picture \("):
            taken("image", given)


def test_names_that_only_a_type_checker_knows_take_everything() -> None:
    assert taken("NotDefinedHere", 5) == 5
    assert taken("math", 5) == 5, "a name that is no class"
    assert math.pi > 3


def test_notation_that_cannot_be_read_takes_everything() -> None:
    for text in ("", "list[", "(int", "int]", "|", "int | ", "?"):
        assert parse(text).takes_all(), text
    for text in ("int", "list[int]", "(int | text)?", "list[list[Grid]?]", "int | text?"):
        assert not parse(text).takes_all()
    assert str(parse("(list[int] | text)?")) == "list of int or text or nothing"


def test_odd_notation_ends_nothing() -> None:
    signs = ["list", "int", "[", "]", "(", ")", "|", "?", " ", "Grid"]
    dice = random.Random(3)
    for _ in range(20_000):
        parse("".join(dice.choice(signs) for _ in range(dice.randrange(12))))
    parse("(" * 100_000)


def test_dates_with_and_without_a_time() -> None:
    for value in (date(2024, 1, 1), datetime(2024, 1, 1, 12), pd.Timestamp("2024-01-01")):
        assert taken("date", value) is value
