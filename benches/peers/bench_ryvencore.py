"""ryvencore 0.5.0, Ryven's engine, without a window: what `benches/engine/` measures the engine against.

From the same comparison as `floor.py`; what it measures is kept as it was. It knows nothing of Loom.

usage: bench_ryvencore.py GRAPH ALGORITHM(data|data opt) [SECONDS]
Node functions are the shared ones. Time = one push from a 'Start' root until the sink value is right.
"""

import json
import signal
import sys
import time

t0 = time.perf_counter()
import ryvencore as rc

t_import = time.perf_counter() - t0
from graphs import GRAPHS, check, report


def main(name, algorithm, limit):
    g, tgt = GRAPHS[name]()
    calls = [0]
    classes = {}

    def cls(fn, nin):
        key = (fn, nin)
        if key not in classes:

            def update_event(self, inp=-1, fn=fn, nin=nin):
                calls[0] += 1
                if nin == 0 or self.const_root:
                    self.set_output_val(0, rc.Data(fn(self.c)))
                else:
                    xs = [self.input(i) for i in range(nin)]
                    if any(x is None or x.payload is None for x in xs):
                        return
                    self.set_output_val(0, rc.Data(fn(*[x.payload for x in xs])))

            def update_err(self, e):  # ryvencore hook: surface errors instead of printing
                raise e

            classes[key] = type(
                f"{fn.__name__}_{nin}",
                (rc.Node,),
                dict(
                    title=fn.__name__,
                    update_event=update_event,
                    update_err=update_err,
                    const_root=(nin == 0),
                    c=None,
                    init_inputs=[rc.NodeInputType() for _ in range(max(nin, 1))],
                    init_outputs=[rc.NodeOutputType(type_="data")],
                ),
            )
        return classes[key]

    class Start(rc.Node):
        title = "start"
        init_inputs = []
        init_outputs = [rc.NodeOutputType(type_="data")]

        def update_event(self, inp=-1):
            self.set_output_val(0, rc.Data(0))

    s = rc.Session()
    for fn, deps, _ in g.values():
        cls(fn, len(deps))
    s.register_node_types([Start, *classes.values()])
    t0 = time.perf_counter()
    f = s.create_flow("main")
    f.set_algorithm_mode(algorithm)
    nodes = {}
    start = f.create_node(Start)
    for k, (fn, deps, c) in g.items():
        n = f.create_node(cls(fn, len(deps)))
        n.c = c
        nodes[k] = n
    # connect silently so that building does not trigger runs
    for k, (_, deps, _) in g.items():
        if deps:
            for i, d in enumerate(deps):
                f.connect_nodes(nodes[d].outputs[0], nodes[k].inputs[i], silent=True)
        else:
            f.connect_nodes(start.outputs[0], nodes[k].inputs[0], silent=True)
    t_build = time.perf_counter() - t0
    if hasattr(signal, "alarm"):
        signal.alarm(limit)
    calls[0] = 0
    t0 = time.perf_counter()
    start.update()
    wall = time.perf_counter() - t0

    def val(k):
        return nodes[k].outputs[0].val.payload

    got = [val(t) for t in tgt] if isinstance(tgt, list) else val(tgt)
    check(name, g, tgt, got)
    note = f"import {t_import * 1e3:.0f} ms, build {t_build * 1e3:.0f} ms, node updates {calls[0]}"
    report(f"ryvencore 0.5.0 ({algorithm})", name, g, wall, note)


if __name__ == "__main__":
    name, algorithm = sys.argv[1], sys.argv[2]
    try:
        main(name, algorithm, int(sys.argv[3]) if len(sys.argv) > 3 else 120)
    except BaseException as e:
        engine = f"ryvencore 0.5.0 ({algorithm})"
        print(json.dumps({"engine": engine, "graph": name, "FAILED": type(e).__name__ + ": " + str(e)[:120]}))
