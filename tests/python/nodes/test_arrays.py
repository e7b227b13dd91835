"""Arrays: small ones by hand, larger ones beside what numpy's and scipy's own functions give."""

from __future__ import annotations

from pathlib import Path

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from node_files import ROOT, call, load
from PIL import Image  # noqa: TID253

NAN, INF = float("nan"), float("inf")
BYTES = np.array([[200, 100], [0, 255]], np.uint8)
TIME = np.arange(200) / 100


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        ("make.new_array", {"shape": "2x2", "value": 1.5}, [[1.5, 1.5], [1.5, 1.5]]),
        ("make.new_array", {"shape": "(0, 3)"}, np.zeros((0, 3))),
        ("make.new_array", {"shape": "2, 3", "value": 1.0, "type": "uint8", "diagonal": True}, [[1, 0, 0], [0, 1, 0]]),
        ("make.range_array", {"start": 0.0, "stop": 0.3, "step": 0.1}, [0.0, 0.1, 0.2]),
        ("make.range_array", {"start": 5.0, "stop": 5.0}, []),
        ("make.range_array", {"start": 3.0, "stop": 0.0, "step": -1.0}, [3, 2, 1]),
        ("make.spaced_array", {"count": 1}, [0.0]),
        ("make.list_to_array", {"items": [True, False]}, [True, False]),
        ("make.list_to_array", {"items": [1.9, -1.9], "type": "int64"}, [1, -1]),
        ("make.list_to_array", {"items": []}, []),
        ("make.text_to_array", {"text": "\n1, nan\n 1e3 -4 \n"}, [[1, NAN], [1000, -4]]),
        ("make.text_to_array", {"text": str(10**30)}, [1e30]),
        ("shape.reshape_array", {"array": BYTES}, [200, 100, 0, 255]),
        ("shape.reshape_array", {"array": [1, 2, 3], "shape": "3 x 1"}, [[1], [2], [3]]),
        ("shape.flatten_array", {"array": 7}, [7]),
        ("shape.transpose_array", {"array": np.zeros((1, 2, 1), int), "axes": "1, 0, 2"}, [[[0]], [[0]]]),
        ("shape.slice_array", {"array": BYTES, "part": "1"}, [0, 255]),
        ("shape.slice_array", {"array": BYTES, "part": ":, -1"}, [100, 255]),
        ("shape.slice_array", {"array": [1, 2, 3], "part": "::-1"}, [3, 2, 1]),
        ("shape.slice_array", {"array": [1, 2, 3], "part": "5:9"}, []),
        ("shape.stack_arrays", {"arrays": [BYTES, [[1], [2]]], "axis": "1"}, [[200, 100, 1], [0, 255, 2]]),
        ("shape.pad_array", {"array": [1, 2], "value": 0.5, "after": 0}, [0.5, 1, 2]),
        ("shape.pad_array", {"array": [1, 2], "fill": "mirror"}, [1, 1, 2, 2]),
        (
            "shape.pad_array",
            {"array": BYTES, "axis": "1", "before": 0, "fill": "edge"},
            [[200, 100, 100], [0, 255, 255]],
        ),
        ("shape.pad_array", {"array": BYTES, "axis": "0", "value": -1.0, "after": 0}, [[-1, -1], [200, 100], [0, 255]]),
        ("shape.flip_array", {"array": BYTES, "axis": "all"}, [[255, 0], [100, 200]]),
        ("shape.roll_array", {"array": BYTES, "axis": "0"}, [[0, 255], [200, 100]]),
        ("compute.array_arithmetic", {"a": BYTES, "b": BYTES}, [[400, 200], [0, 510]]),
        ("compute.array_arithmetic", {"a": BYTES, "b": 255.0, "operation": "subtract"}, [[-55, -155], [-255, 0]]),
        ("compute.array_arithmetic", {"a": [1, 2], "b": 0, "operation": "divide"}, [INF, INF]),
        ("compute.array_arithmetic", {"a": [7, -7], "b": 2, "operation": "divide whole"}, [3, -4]),
        ("compute.array_arithmetic", {"a": [7, 7], "b": [0, 2], "operation": "divide whole"}, [INF, 3.0]),
        ("compute.array_arithmetic", {"a": [2, 3], "b": -1, "operation": "power"}, [0.5, 1 / 3]),
        ("compute.array_arithmetic", {"a": [2, 3], "b": 2, "operation": "power"}, [4, 9]),
        ("compute.array_arithmetic", {"a": [10], "b": 40, "operation": "power"}, [1e40]),
        ("compute.array_arithmetic", {"a": 2, "b": 3, "operation": "multiply"}, 6),
        ("compute.apply_function", {"array": [-1.0], "function": "square root"}, [NAN]),
        ("compute.apply_function", {"array": BYTES, "function": "square"}, [[40_000, 10_000], [0, 65_025]]),
        ("compute.apply_function", {"array": [0, -5000, 5000], "function": "sigmoid"}, [0.5, 0, 1]),
        ("compute.apply_function", {"array": np.array([3 + 4j])}, [5.0]),
        ("compute.compare_arrays", {"a": [0.1 + 0.2], "b": 0.3, "operation": "about equal"}, [True]),
        (
            "compute.compare_arrays",
            {"a": BYTES, "b": [100, 100], "operation": "at most"},
            [[False, True], [True, False]],
        ),
        (
            "compute.where_array",
            {"condition": BYTES > 150, "when_true": BYTES, "when_false": [1, 2]},
            [[200, 2], [1, 255]],
        ),
        ("compute.clip_array", {"array": BYTES, "low": 50.0, "high": 210.0}, [[200, 100], [50, 210]]),
        ("compute.clip_array", {"array": [1, 2], "low": 1.5, "high": 9.0}, [1.5, 2.0]),
        ("compute.normalise_array", {"array": [[1, 5], [3, 5]], "axis": "0"}, [[0, 0], [1, 0]]),
        ("compute.normalise_array", {"array": [1, NAN, 3], "method": "-1 to 1"}, [-1, NAN, 1]),
        ("compute.normalise_array", {"array": [3, 4], "method": "length 1"}, [0.6, 0.8]),
        (
            "compute.normalise_array",
            {"array": [[1, 3], [0, 0]], "method": "sum 1", "axis": "1"},
            [[0.25, 0.75], [0, 0]],
        ),
        ("compute.normalise_array", {"array": [1, 3], "method": "mean 0, deviation 1"}, [-1, 1]),
        ("compute.reduce_array", {"array": BYTES, "operation": "sum"}, 555),
        ("compute.reduce_array", {"array": BYTES, "operation": "range"}, 255),
        ("compute.reduce_array", {"array": BYTES, "operation": "maximum", "axis": "1"}, [200, 255]),
        ("compute.reduce_array", {"array": [1, NAN], "operation": "mean"}, NAN),
        ("compute.reduce_array", {"array": [[1, NAN], [3, 5]], "axis": "0", "skip_nan": True}, [2, 5]),
        ("compute.reduce_array", {"array": [1, NAN, 4], "operation": "range", "skip_nan": True}, 3),
        ("compute.reduce_array", {"array": [0, 2], "operation": "all"}, False),
        ("compute.reduce_array", {"array": [], "operation": "sum"}, 0),
        ("compute.reduce_array", {"array": BYTES, "operation": "place of maximum", "axis": "-1"}, [0, 1]),
        ("compute.cumulate_array", {"array": BYTES, "axis": "0"}, [[200, 100], [200, 355]]),
        ("compute.cumulate_array", {"array": BYTES, "operation": "difference"}, [[-100], [255]]),
        ("compute.cumulate_array", {"array": [2, 4, 9], "operation": "mean"}, [2, 3, 5]),
        ("compute.cumulate_array", {"array": [3, 1, 4], "operation": "maximum"}, [3, 3, 4]),
        ("compute.find_positions", {"condition": []}, []),
        ("compute.replace_missing", {"array": [1, NAN, INF, 5], "by": "mean"}, [1, 3, 3, 5]),
        ("compute.replace_missing", {"array": [NAN, 2, NAN], "by": "interpolation"}, [2, 2, 2]),
        ("compute.replace_missing", {"array": [[NAN]], "value": 7.0}, [[7]]),
        ("compute.array_percentile", {"array": [[1, 2], [3, 4]], "percent": 50.0, "axis": "0"}, [2, 3]),
        ("signal.moving_average", {"signal": [1, 2, 3, 4], "width": 2}, [1, 1.5, 2.5, 3.5]),
        ("signal.moving_average", {"signal": [1, 9, 1, 1], "width": 3, "method": "median"}, [5, 1, 1, 1]),
        ("signal.moving_average", {"signal": [1, NAN, 3], "width": 3}, [1, 2, 3]),
        ("signal.moving_average", {"signal": [1, 2], "width": 1000, "method": "maximum"}, [2, 2]),
        ("signal.moving_average", {"signal": [0, 4], "width": 3, "method": "exponential"}, [0, 2]),
        ("signal.interpolate", {"x": [10, 0], "y": [1, 0], "at": [5, 20], "outside": "missing"}, [0.5, NAN]),
        ("signal.evaluate_polynomial", {"coefficients": [1, 0, 0], "x": 3}, 9),
        ("signal.derivative", {"signal": [[0, 1], [4, 9]], "axis": "0"}, [[4, 8], [4, 8]]),
        ("signal.integral", {"signal": [1]}, 0),
        ("signal.integral", {"signal": [2, 2, 2], "spacing": 0.5}, 2),
        ("linear.matrix_product", {"a": [1, 2], "b": [[1, 0], [0, 1]]}, [1, 2]),
        ("linear.matrix_product", {"a": BYTES, "b": BYTES}, [[40_000, 45_500], [0, 65_025]]),
        ("linear.invert_matrix", {"matrix": [[1, 1], [1, 1]], "pseudo": True}, [[0.25, 0.25], [0.25, 0.25]]),
        ("linear.determinant", {"matrix": [[2]]}, 2),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    result = call(f"arrays/{node}", arguments)
    np.testing.assert_allclose(np.asarray(result, float), np.asarray(expected, float), atol=1e-12)
    # An array that is given on is a new one, which its owner may change.
    assert not any(np.shares_memory(result, value) for value in arguments.values() if isinstance(value, np.ndarray))


def test_kinds_of_numbers() -> None:
    assert call("arrays/make.new_array", {"shape": "2", "type": "float32"}).dtype == np.float32
    assert call("arrays/make.range_array", {}).dtype == np.int64
    assert call("arrays/compute.array_arithmetic", {"a": [1], "b": 1, "operation": "divide"}).dtype == float
    assert call("arrays/compute.clip_array", {"array": BYTES, "high": 9.0}).dtype == np.uint8
    assert isinstance(call("arrays/compute.reduce_array", {"array": [1, 2]}), float)
    info = call("arrays/convert.array_info", {"array": BYTES})
    assert info == ([2, 2], "uint8", 4, 4e-6)


def test_random_arrays_come_from_their_seed() -> None:
    for distribution, mean, deviation in (
        ("uniform", 5, 10 / 12**0.5 / 2),
        ("normal", 2.5, 7.5),
        ("whole numbers", 5, 1.6),
        ("exponential", 7.5, 7.5),
        ("Poisson", 7.5, 7.5**0.5),
    ):
        arguments = {"shape": "100, 100", "distribution": distribution, "first": 2.5, "second": 7.5, "seed": 3}
        one, same = (call("arrays/make.random_array", arguments) for _ in range(2))
        assert (one == same).all() and (one != call("arrays/make.random_array", {**arguments, "seed": 4})).any()
        assert one.mean() == pytest.approx(mean, rel=0.1) and one.std() == pytest.approx(deviation, rel=0.15), (
            distribution
        )
    grid = call("arrays/make.grid_coordinates", {"x": [1, 2], "y": [3]})
    assert grid.x.tolist() == [[1, 2]] and grid.y.tolist() == [[3, 3]]


def test_order_and_differences() -> None:
    for descending, expected in ((False, [1, 2, 3, NAN]), (True, [3, 2, 1, NAN])):
        ordered = call("arrays/shape.sort_array", {"array": [2, NAN, 3, 1], "descending": descending})
        np.testing.assert_array_equal(ordered.sorted, expected)
    small = call("arrays/shape.sort_array", {"array": BYTES, "descending": True, "axis": "all"})
    assert small.sorted.tolist() == [255, 200, 100, 0] and small.sorted.dtype == np.uint8
    assert call("arrays/shape.sort_array", {"array": BYTES, "axis": "0"}).places.tolist() == [[1, 0], [0, 1]]
    values, counts = call("arrays/shape.unique_values", {"array": [[2, 2], [1, 2]]})
    assert (values.tolist(), counts.tolist()) == ([1, 2], [1, 3])
    parts = call("arrays/shape.split_array", {"array": BYTES, "parts": 3, "axis": "1"})
    assert [part.shape for part in parts] == [(2, 1), (2, 1), (2, 0)]


def test_tables_and_lists_and_back() -> None:
    table = pd.DataFrame({"name": ["a", "b"], "x": [1, 2], "gap": [0.5, None], "whole": pd.array([1, None], "Int64")})
    # Not by `call`: pandas keeps what it computed of whole numbers with gaps in the table itself.
    array = load(ROOT / "nodebank/arrays/convert.py").table_to_array(table)
    np.testing.assert_array_equal(array, [[1, 0.5, 1], [2, NAN, NAN]])
    back = call("arrays/convert.array_to_table", {"array": array, "columns": "x, gap, whole"})
    assert back.columns.tolist() == ["x", "gap", "whole"] and back["x"].tolist() == [1, 2]
    assert call("arrays/convert.array_to_table", {"array": [1, 2]}).columns.tolist() == ["column 1"]
    assert call("arrays/convert.array_to_list", {"array": np.array(3)}) == [3]
    described = call("arrays/compute.array_statistics", {"array": array})
    assert described["missing"].tolist() == [0, 1, 1] and described["mean"].tolist() == [1.5, 0.5, 1]
    assert described["standard_deviation"][0] == pytest.approx(table["x"].std())


@pytest.mark.parametrize("name", ["a.npy", "a", "a.csv", "a.txt"])
@pytest.mark.parametrize("array", [np.arange(6).reshape(2, 3), np.array([0.1, 1e300, -2 / 3])])
def test_files_keep_every_digit(tmp_path: Path, name: str, array: np.ndarray) -> None:
    path = call("arrays/convert.save_array", {"array": array, "folder": tmp_path / "new", "name": name})
    again = call("arrays/convert.load_array", {"file": path})
    assert again.shape == array.shape and (again == array).all()


def test_an_archive_of_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", first=np.arange(3), second=np.ones(2))
    assert call("arrays/convert.load_array", {"file": tmp_path / "a.npz"}).tolist() == [0, 1, 2]
    assert call("arrays/convert.load_array", {"file": tmp_path / "a.npz", "name": "second"}).tolist() == [1, 1]
    with pytest.raises(ValueError, match="file: .*it has first, second, but no 'third'"):
        call("arrays/convert.load_array", {"file": tmp_path / "a.npz", "name": "third"})
    np.save(tmp_path / "objects.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(ValueError, match="file: not an array that can be read: Object arrays cannot be loaded"):
        call("arrays/convert.load_array", {"file": tmp_path / "objects.npy"})


@pytest.mark.parametrize(
    ("array", "name", "top"),
    [
        (np.array([[0, 65535]], np.uint16), "a.png", 65535),
        (np.array([[0, 65535]], np.uint16), "a.tif", 65535),
        (np.array([[-1.5, 0.25]], np.float32), "a.tif", None),
        (np.array([[0, 255]], np.uint8), "a.png", 255),
        (np.array([[[1, 2, 3], [4, 5, 255]]], np.uint8), "a.png", 255),
    ],
)
def test_pixels_keep_their_bits(tmp_path: Path, array: np.ndarray, name: str, top: int | None) -> None:
    Image.fromarray(array).save(tmp_path / name)
    loaded = call("arrays/convert.load_pixels", {"file": tmp_path / name})
    assert loaded.dtype == array.dtype and (loaded == array).all()
    fractions = call("arrays/convert.load_pixels", {"file": tmp_path / name, "values": "0 to 1"})
    np.testing.assert_allclose(fractions, array / top if top else array)


def test_spectrum_finds_waves_and_filters_take_them_away() -> None:
    wave = 3 + 2 * np.sin(2 * np.pi * 5 * TIME) + 0.5 * np.cos(2 * np.pi * 20 * TIME)
    for window in ("none", "Hann", "Hamming", "Blackman"):
        found = call("arrays/signal.spectrum", {"signal": wave, "rate": 100.0, "window": window, "remove_mean": False})
        at = dict(zip(found.frequencies.round(6).tolist(), found.amplitudes.tolist(), strict=True))
        assert (at[0], at[5], at[20]) == pytest.approx((3, 2, 0.5), rel=1e-3), window
    alternating = call("arrays/signal.spectrum", {"signal": [1, -1] * 8})
    assert alternating.amplitudes[-1] == pytest.approx(1)
    slow = call("arrays/signal.filter_frequencies", {"signal": wave, "low": 1.0, "high": 10.0, "rate": 100.0})
    np.testing.assert_allclose(slow, 2 * np.sin(2 * np.pi * 5 * TIME), atol=1e-9)
    rest = {"signal": wave, "low": 1.0, "high": 10.0, "rate": 100.0, "keep": False}
    np.testing.assert_allclose(call("arrays/signal.filter_frequencies", rest), wave - slow, atol=1e-9)


def test_moving_averages_are_those_of_pandas() -> None:
    signal = np.random.default_rng(0).normal(size=300)
    series = pd.Series(signal)
    for width in (1, 2, 7, 50):
        for method, reduce in (("mean", "mean"), ("median", "median"), ("minimum", "min"), ("maximum", "max")):
            ours = call("arrays/signal.moving_average", {"signal": signal, "width": width, "method": method})
            theirs = getattr(series.rolling(width, center=True, min_periods=1), reduce)()
            np.testing.assert_allclose(
                ours[width:-width], theirs[width:-width], atol=1e-12, err_msg=f"{method} {width}"
            )
    ours = call("arrays/signal.moving_average", {"signal": signal, "width": 9, "method": "exponential"})
    np.testing.assert_allclose(ours, series.ewm(span=9, adjust=False).mean())


def test_fits_peaks_and_histograms_are_those_of_numpy_and_scipy() -> None:
    from scipy import signal as reference

    random = np.random.default_rng(1)
    x = np.linspace(1000, 1010, 50)
    y = 0.5 * x**2 - 3 * x + random.normal(size=50)
    found = call("arrays/signal.fit_polynomial", {"x": x, "y": y, "degree": 2})
    np.testing.assert_allclose(call("arrays/signal.evaluate_polynomial", {"coefficients": found.coefficients, "x": x}),
                               found.fitted, rtol=1e-6)  # fmt: skip
    assert 0.99 < found.r_squared <= 1
    assert call("arrays/signal.fit_polynomial", {"x": [1, 2], "y": [5, 5], "degree": 0})[0].tolist() == [5]
    wave = np.round(random.normal(size=400), 1)
    for distance in (1, 5):
        ours = call("arrays/signal.find_peaks", {"signal": wave, "least_height": 0.5, "distance": distance})
        places, _ = reference.find_peaks(wave, height=0.5, distance=distance)
        assert len(ours.places) == len(places) or distance > 1, "ties may be broken another way"
        assert distance > 1 or ours.places.tolist() == places.tolist()
        assert (np.diff(ours.places) >= distance).all()
    for arguments in ({}, {"bins": 3, "low": -1.0, "high": 1.0}):
        counts, edges, middles = call("arrays/signal.array_histogram", {"array": [*wave, NAN], **arguments})
        ends = (arguments["low"], arguments["high"]) if arguments else None
        theirs = np.histogram(wave, arguments.get("bins", 10), ends)
        assert counts.tolist() == theirs[0].tolist() and edges.tolist() == theirs[1].tolist()
    dense = call("arrays/signal.array_histogram", {"array": wave, "density": True})
    assert (dense.counts * np.diff(dense.edges)).sum() == pytest.approx(1)
    assert call("arrays/signal.array_histogram", {"array": []}).counts.sum() == 0
    assert call("arrays/signal.array_correlation", {"a": x, "b": -x}) == pytest.approx(-1)


def test_equations_and_eigenvalues() -> None:
    random = np.random.default_rng(2)
    matrix, x = random.normal(size=(9, 4)), np.array([1.0, -2, 3, 0.5])
    solved = call("arrays/linear.solve_equations", {"a": matrix, "b": matrix @ x})
    np.testing.assert_allclose(solved.x, x)
    assert solved.residual == pytest.approx(0, abs=1e-9) and solved.rank == 4
    assert call("arrays/linear.solve_equations", {"a": [[1, 1]], "b": [2]}).x.tolist() == pytest.approx([1, 1])
    square = matrix[:4]
    np.testing.assert_allclose(call("arrays/linear.invert_matrix", {"matrix": square}) @ square, np.eye(4), atol=1e-9)
    symmetric = square + square.T
    values, vectors = call("arrays/linear.eigenvalues", {"matrix": symmetric})
    np.testing.assert_allclose(symmetric @ vectors, vectors * values, atol=1e-9)
    assert (np.diff(values) <= 0).all()
    turning = call("arrays/linear.eigenvalues", {"matrix": [[0, -1], [1, 0]]}).values
    assert sorted(turning.imag.tolist()) == [-1, 1]


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("make.new_array", {"shape": "three"}, ValueError, "shape: whole numbers such as 3, 4"),
        ("make.new_array", {"shape": "99999, 99999"}, ValueError, "shape: at most 1,000,000,000 values"),
        ("make.new_array", {"value": 300.0, "type": "uint8"}, ValueError, "value: a whole number from 0 to 255"),
        ("make.new_array", {"shape": "3", "diagonal": True}, ValueError, "shape: rows and columns"),
        ("make.range_array", {"step": 0.0}, ValueError, "step: a number other than 0"),
        ("make.range_array", {"step": 1e-12}, ValueError, "step: one that gives at most"),
        ("make.range_array", {"stop": INF}, ValueError, "stop: a finite number"),
        ("make.spaced_array", {"count": 0}, ValueError, "count: 1 to 100,000,000"),
        ("make.spaced_array", {"spacing": "geometric"}, ValueError, "start: a number above 0"),
        ("make.random_array", {"seed": -1}, ValueError, "seed: 0 or more"),
        ("make.random_array", {"first": 2.0}, ValueError, "second: at least first"),
        ("make.random_array", {"distribution": "normal", "second": -1.0}, ValueError, "second: 0 or more"),
        ("make.random_array", {"distribution": "whole numbers", "first": 0.2, "second": 0.8}, ValueError,
         "second: a whole"),
        ("make.grid_coordinates", {"x": [[1]], "y": [1]}, ValueError, "x: 1 or more numbers in a row"),
        ("make.list_to_array", {"items": [[1], [2, 3]]}, ValueError, "items: rows of equal length"),
        ("make.list_to_array", {"items": ["a"]}, TypeError, "items: numbers were expected, not 1 .text or objects"),
        ("make.list_to_array", {"items": [300], "type": "uint8"}, ValueError, "items: numbers from 0 to 255"),
        ("make.list_to_array", {"items": "12"}, TypeError, "items: an array or a list of numbers"),
        ("make.text_to_array", {"text": "1 2\n3"}, ValueError, "text: 2 numbers as in the first line .* line 2, not 1"),
        ("make.text_to_array", {"text": "1 2\n\n3 x"}, ValueError, "text: numbers were expected in line 3, not '3 x'"),
        ("make.text_to_array", {"text": " "}, ValueError, "text: at least one number"),
        ("shape.reshape_array", {"array": [1, 2, 3], "shape": "2, 2"}, ValueError, "shape: lengths whose product is 3"),
        ("shape.flatten_array", {"array": None}, TypeError,
         "array: an array or a list of numbers was expected, not None"),
        ("shape.transpose_array", {"array": [[1]], "axes": "0, 0"}, ValueError, "axes: each of 0, 1 once"),
        ("shape.slice_array", {"array": [1], "part": "1"}, ValueError, "part: -1 to 0 was expected for axis 0, not 1"),
        ("shape.slice_array", {"array": [1], "part": "a:b"}, ValueError, "part: first:stop:step"),
        ("shape.slice_array", {"array": [1], "part": "0, 0"}, ValueError, "part: at most 1 axes"),
        ("shape.slice_array", {"array": [1], "part": "::0"}, ValueError, "part: first:stop:step"),
        ("shape.stack_arrays", {"arrays": []}, ValueError, "arrays: at least one array"),
        ("shape.stack_arrays", {"arrays": [[1], [[2]]]}, ValueError, "arrays: shapes that fit along axis 0"),
        ("shape.stack_arrays", {"arrays": [[1], "b"]}, TypeError, "arrays, item 1: an array"),
        ("shape.split_array", {"array": [1], "parts": 0}, ValueError, "parts: 1 to 100,000"),
        ("shape.split_array", {"array": [1], "axis": "1"}, ValueError, "axis: an axis of the array .*, -1 to 0, not 1"),
        ("shape.pad_array", {"array": [1], "before": -1}, ValueError, "before: 0 to 1,000,000"),
        ("shape.pad_array", {"array": [], "fill": "edge"}, ValueError, "array: at least one number"),
        ("shape.flip_array", {"array": 1, "axis": "0"}, ValueError, "axis: all was expected, as the array is a single"),
        ("shape.roll_array", {"array": [1], "axis": "2"}, ValueError, "axis: an axis of the array"),
        ("shape.sort_array", {"array": {}}, TypeError, "array: an array or a list"),
        ("shape.unique_values", {"array": ["a"]}, TypeError, "array: numbers were expected"),
        ("compute.array_arithmetic", {"a": [1, 2], "b": [1, 2, 3]}, ValueError,
         "b: a shape that fits a, 2 .int64., .* 3"),
        ("compute.apply_function", {"array": np.array([1j]), "function": "floor"}, TypeError, "array: real numbers"),
        ("compute.compare_arrays", {"a": [1, 2], "b": [1, 2, 3]}, ValueError, "b: a shape that fits a"),
        ("compute.where_array", {"condition": [1, 0], "when_true": [1, 2, 3]}, ValueError,
         "when_true: a shape that fits"),
        ("compute.clip_array", {"array": [1], "low": 2.0}, ValueError, "low: at most high"),
        ("compute.normalise_array", {"array": []}, ValueError, "array: at least one number"),
        ("compute.normalise_array", {"array": [NAN]}, ValueError, "array: .* all are nan"),
        ("compute.normalise_array", {"array": [INF, 1]}, ValueError, "array: finite numbers"),
        ("compute.reduce_array", {"array": []}, ValueError,
         "array: at least one number was expected, the array is empty"),
        ("compute.reduce_array", {"array": [NAN], "skip_nan": True}, ValueError, "array: .* all are nan"),
        ("compute.reduce_array", {"array": [1], "axis": "3"}, ValueError, "axis: an axis of the array"),
        ("compute.cumulate_array", {"array": 5}, ValueError, "axis: all was expected"),
        ("compute.find_positions", {"condition": "a"}, TypeError, "condition: an array"),
        ("compute.replace_missing", {"array": [NAN], "by": "mean"}, ValueError, "array: at least one finite number"),
        ("compute.replace_missing", {"array": [[1]], "by": "interpolation"}, ValueError, "array: numbers in a row"),
        ("compute.array_statistics", {"array": np.zeros((1, 1, 1))}, ValueError, "array: one or two axes"),
        ("compute.array_percentile", {"array": [1], "percent": 101.0}, ValueError, "percent: 0 to 100"),
        ("convert.array_info", {"array": "a"}, TypeError, "array: an array"),
        ("convert.array_to_list", {"array": None}, TypeError, "array: an array"),
        ("convert.array_to_table", {"array": np.zeros((1, 1, 1))}, ValueError, "array: one of one or two axes"),
        ("convert.array_to_table", {"array": [1], "columns": "a, b"}, ValueError, "columns: 1 different names"),
        ("convert.table_to_array", {"table": [1]}, TypeError, "table: a table was expected, not list"),
        ("convert.table_to_array", {"table": pd.DataFrame({"a": ["x"]})}, ValueError,
         "table: at least one column of numbers"),
        ("convert.table_to_array", {"table": pd.DataFrame({"a": [1]}), "columns": "b"}, ValueError,
         "columns: a column .*'b'"),
        ("convert.load_array", {"file": "missing.npy"}, FileNotFoundError, "file: there is no such file"),
        ("convert.load_array", {"file": __file__}, ValueError, "file: not an array that can be read"),
        ("convert.save_array", {"array": [1], "folder": "f", "name": "a.xls"}, ValueError, "name: an ending .npy"),
        ("convert.save_array", {"array": [[[1]]], "folder": "f", "name": "a.csv"}, ValueError,
         "array: one or two axes"),
        ("convert.load_pixels", {"file": __file__}, ValueError, "file: not an image that can be read"),
        ("signal.spectrum", {"signal": [1]}, ValueError, "signal: 2 or more numbers in a row"),
        ("signal.spectrum", {"signal": [1, NAN]}, ValueError, "signal: finite numbers .* Replace missing helps"),
        ("signal.filter_frequencies", {"signal": [1, 2], "low": 2.0}, ValueError, "low: 0 to high"),
        ("signal.moving_average", {"signal": [1], "width": 0}, ValueError, "width: 1 to 1,000,000"),
        ("signal.moving_average", {"signal": []}, ValueError, "signal: 1 or more numbers in a row"),
        ("signal.interpolate", {"x": [1, 1], "y": [1, 2], "at": [1]}, ValueError, "x: places that are all different"),
        ("signal.interpolate", {"x": [1], "y": [1, 2], "at": [1]}, ValueError, "y: as many numbers as x has, 1"),
        ("signal.interpolate", {"x": [1], "y": [1], "at": [3], "outside": "error"}, ValueError,
         "at: places from 1 to 1"),
        ("signal.array_histogram", {"array": [1], "bins": 0}, ValueError, "bins: 1 to 1,000,000"),
        ("signal.array_histogram", {"array": [1], "low": 5.0}, ValueError, "low: a finite number of at most high"),
        ("signal.fit_polynomial", {"x": [1, 1], "y": [1, 2]}, ValueError, "x: more than 1 different places"),
        ("signal.find_peaks", {"signal": [1], "distance": 0}, ValueError, "distance: 1 or more"),
        ("signal.derivative", {"signal": [1]}, ValueError, "signal: two numbers or more"),
        ("signal.array_correlation", {"a": [1, 1], "b": [1, 2]}, ValueError, "a: numbers that are not all equal"),
        ("linear.matrix_product", {"a": [[1, 2]], "b": [[1, 2]]}, ValueError, "b: as many rows as a has columns"),
        ("linear.solve_equations", {"a": [[1]], "b": [1, 2]}, ValueError, "b: a number for each of the 1 rows"),
        ("linear.invert_matrix", {"matrix": [[1, 2], [2, 4]]}, ValueError, "matrix: independent rows"),
        ("linear.invert_matrix", {"matrix": [[1, 2]]}, ValueError, "matrix: as many rows as columns"),
        ("linear.eigenvalues", {"matrix": [[NAN]]}, ValueError, "matrix: finite numbers"),
        ("linear.determinant", {"matrix": [1]}, ValueError, "matrix: an array of rows and columns"),
    ],
)  # fmt: skip
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(f"arrays/{node}", arguments)
