"""The workloads of `floor.py`, from the same comparison and kept as they were; `benches/engine/` builds all three too.

The three shared workloads. A graph is {id: (fn_name, (dep_ids...), const)} in insertion order.
a: chain of 1,000 add-1 nodes        -> result 1000
b: 1,000 independent + one reduce    -> sum(i*2)
c: 100 layers x 100 nodes, fan-in 2  -> 10,000 nodes
"""

MASK = 0xFFFFFFFF


def inc(x):
    return x + 1


def const(v):
    return v


def dbl(v):
    return v * 2


def add(a, b):
    return (a + b) & MASK


def total(*xs):
    return sum(xs)


def graph_a(n=int(__import__("os").environ.get("CHAIN", "1000"))):
    g = {"n0": (const, (), 0)}
    for i in range(1, n + 1):
        g[f"n{i}"] = (inc, (f"n{i - 1}",), None)
    return g, f"n{n}"


def graph_b(n=1000):
    g = {f"n{i}": (dbl, (), i) for i in range(n)}
    g["sum"] = (total, tuple(f"n{i}" for i in range(n)), None)
    return g, "sum"


def graph_c(
    layers=int(__import__("os").environ.get("LAYERS", "100")), width=int(__import__("os").environ.get("WIDTH", "100"))
):
    g = {}
    for j in range(width):
        g[f"n0_{j}"] = (const, (), j)
    for l in range(1, layers):
        for j in range(width):
            g[f"n{l}_{j}"] = (add, (f"n{l - 1}_{j}", f"n{l - 1}_{(j * 7 + 1) % width}"), None)
    # the last layer is the target set
    return g, [f"n{layers - 1}_{j}" for j in range(width)]


GRAPHS = {"a": graph_a, "b": graph_b, "c": graph_c}


def reference(g):
    v = {}
    for k, (fn, deps, c) in g.items():
        v[k] = fn(*[v[d] for d in deps]) if deps else fn(c)
    return v


def check(name, g, tgt, got):
    ref = reference(g)
    want = [ref[t] for t in tgt] if isinstance(tgt, list) else ref[tgt]
    assert got == want, (
        name,
        got if not isinstance(got, list) else got[:3],
        want if not isinstance(want, list) else want[:3],
    )


def rss_peak_mb():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(engine, name, g, wall, extra=""):
    import json

    n = len(g)
    print(
        json.dumps(
            {
                "engine": engine,
                "graph": name,
                "nodes": n,
                "wall_ms": round(wall * 1e3, 2),
                "us_per_node": round(wall / n * 1e6, 2),
                "peak_rss_mb": round(rss_peak_mb(), 1),
                "note": extra,
            }
        ),
        flush=True,
    )
