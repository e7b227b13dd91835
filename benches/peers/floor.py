"""The least that a Python loop over a graph can cost: what `benches/engine/` measures the engine against.

From the comparison with other engines that the budget is made of; its code is kept as it was, so that figures stay
comparable. It knows nothing of Loom.

Minimal pure-Python engine loop. usage: floor.py GRAPH MODE
modes: bare   topological order + values dict + per-node try/except + perf_counter_ns
       json   bare + one JSON line (json.dumps) per node, one os.write per node to fd 1... (pipe)
       fjson  bare + f-string JSON line, one os.write per node
       batch  bare + f-string JSON lines, buffered; flushed every 16 ms of wall time or 64 KB
       cachekey bare + blake2b input-hash key per node (fn id + dep keys + const): what a cache costs
"""

import sys, os, json, time, gc

t_import = time.perf_counter()
from graphs import GRAPHS, check, report
from hashlib import blake2b


def topo(g):
    indeg = {k: len(v[1]) for k, v in g.items()}
    out = {k: [] for k in g}
    for k, v in g.items():
        for d in v[1]:
            out[d].append(k)
    ready = [k for k, n in indeg.items() if n == 0]
    order = []
    i = 0
    while i < len(ready):
        k = ready[i]
        i += 1
        order.append(k)
        for o in out[k]:
            indeg[o] -= 1
            if not indeg[o]:
                ready.append(o)
    return order


def run_bare(g, order):
    values, errors, pc, spent = {}, {}, time.perf_counter_ns, {}
    for k in order:
        fn, deps, c = g[k]
        t0 = pc()
        try:
            values[k] = fn(*[values[d] for d in deps]) if deps else fn(c)
        except Exception as e:
            errors[k] = e
        spent[k] = pc() - t0
    return values


def run_json(g, order, fd):
    values, errors, pc, dumps, write = {}, {}, time.perf_counter_ns, json.dumps, os.write
    for k in order:
        fn, deps, c = g[k]
        t0 = pc()
        st = "ok"
        try:
            values[k] = fn(*[values[d] for d in deps]) if deps else fn(c)
        except Exception as e:
            errors[k] = e
            st = "error"
        write(fd, (dumps({"ev": "node", "id": k, "st": st, "ns": pc() - t0}) + "\n").encode())
    return values


def run_fjson(g, order, fd):
    values, errors, pc, write = {}, {}, time.perf_counter_ns, os.write
    for k in order:
        fn, deps, c = g[k]
        t0 = pc()
        st = "ok"
        try:
            values[k] = fn(*[values[d] for d in deps]) if deps else fn(c)
        except Exception as e:
            errors[k] = e
            st = "error"
        write(fd, f'{{"ev":"node","id":"{k}","st":"{st}","ns":{pc() - t0}}}\n'.encode())
    return values


def run_batch(g, order, fd):
    values, errors, pc, buf = {}, {}, time.perf_counter_ns, []
    last = pc()
    n = 0
    for k in order:
        fn, deps, c = g[k]
        t0 = pc()
        st = "ok"
        try:
            values[k] = fn(*[values[d] for d in deps]) if deps else fn(c)
        except Exception as e:
            errors[k] = e
            st = "error"
        t1 = pc()
        buf.append(f'{{"ev":"node","id":"{k}","st":"{st}","ns":{t1 - t0}}}\n')
        if t1 - last > 16_000_000:
            os.write(fd, "".join(buf).encode())
            buf.clear()
            last = t1
    data = "".join(buf).encode()
    mv = memoryview(data)
    while mv:
        mv = mv[os.write(fd, mv) :]
    return values


def run_cachekey(g, order):
    values, errors, pc, keys, hits = {}, {}, time.perf_counter_ns, {}, {}
    for k in order:
        fn, deps, c = g[k]
        t0 = pc()
        h = blake2b(fn.__name__.encode(), digest_size=16)
        for d in deps:
            h.update(keys[d])
        if not deps:
            h.update(repr(c).encode())
        keys[k] = key = h.digest()
        if key in hits:
            values[k] = hits[key]
            continue
        try:
            values[k] = hits[key] = fn(*[values[d] for d in deps]) if deps else fn(c)
        except Exception as e:
            errors[k] = e
        pc()
    return values


if __name__ == "__main__":
    name, mode = sys.argv[1], sys.argv[2]
    g, tgt = GRAPHS[name]()
    fd, walls, cpus = 1, [], []
    for rep in range(25):
        c = time.process_time()
        t = time.perf_counter()
        order = topo(g)
        t_topo = time.perf_counter() - t
        v = (
            globals()["run_" + mode](g, order)
            if mode in ("bare", "cachekey")
            else globals()["run_" + mode](g, order, fd)
        )
        walls.append((time.perf_counter() - t, t_topo))
        cpus.append(time.process_time() - c)
    got = [v[x] for x in tgt] if isinstance(tgt, list) else v[tgt]
    check(name, g, tgt, got)
    from graphs import rss_peak_mb

    n = len(g)
    w, tt = min(walls)
    sys.stderr.write(
        json.dumps(
            {
                "engine": "floor-" + mode,
                "graph": name,
                "nodes": n,
                "wall_ms_min": round(w * 1e3, 2),
                "cpu_ms_min": round(min(cpus) * 1e3, 2),
                "us_per_node_wall_min": round(w / n * 1e6, 3),
                "us_per_node_cpu_min": round(min(cpus) / n * 1e6, 3),
                "topo_ms": round(tt * 1e3, 2),
                "peak_rss_mb": round(rss_peak_mb(), 1),
            }
        )
        + "\n"
    )
