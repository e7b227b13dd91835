"""Runs the examples in the help of nodes: the lines of a docstring that begin with `>>>`, as `doctest` does.

`python -P -u -X utf8 examples.py FILE FUNCTION…` calls none of Loom's engine; it prints one JSON line a function.
`loom check --nodes` starts it once a file, so that a file that takes its process down takes no other with it.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import inspect
import json
import os
import re
import sys
import tempfile
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_KNOWN = {
    "asyncio": ("asyncio", ""),
    "date": ("datetime", "date"),
    "datetime": ("datetime", "datetime"),
    "Image": ("PIL.Image", ""),
    "np": ("numpy", ""),
    "Path": ("pathlib", "Path"),
    "pd": ("pandas", ""),
    "plt": ("matplotlib.pyplot", ""),
}
"""Names that an example may use without importing them: their module, and what of it."""
_OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def check(module: ModuleType, name: str) -> tuple[bool, str]:
    """Run the example of one function in an empty folder: whether it holds, and what is wrong when it does not.

    The names of `_KNOWN`, those of the module and `serve` may be used in it.
    """
    text = inspect.getdoc(getattr(module, name)) or ""
    parts = doctest.DocTestParser().parse(text, name)
    source = "".join(part.source for part in parts if isinstance(part, doctest.Example))
    if not source:
        return False, "it has no example: a line of its help that begins with >>>"
    with tempfile.TemporaryDirectory(prefix="loom-example-", ignore_cleanup_errors=True) as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            names = {**vars(module), **_names_in(source), "serve": serve, name: getattr(module, name)}
            test = doctest.DocTestParser().get_doctest(text, names, name, module.__file__, 0)
            first = _First()
            first.run(test, out=lambda _: None)
            return first.problem == "", first.problem
        finally:
            os.chdir(before)


def _names_in(source: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, (module, attribute) in _KNOWN.items():
        if re.search(rf"\b{name}\b", source):
            # Where the package is missing, the example says so by itself.
            with contextlib.suppress(ImportError):
                imported = importlib.import_module(module)
                found[name] = getattr(imported, attribute) if attribute else imported
    return found


class _First(doctest.DocTestRunner):
    """Keeps what is wrong first, in a line or a few."""

    def __init__(self) -> None:
        super().__init__(optionflags=_OPTIONS, verbose=False)
        self.problem = ""

    def report_failure(self, out: object, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        del out, test
        expected = example.want.strip() or "nothing"
        self._note(f"{example.source.strip()}\n  gives    {got.strip() or 'nothing'}\n  expected {expected}")

    def report_unexpected_exception(
        self, out: object, test: doctest.DocTest, example: doctest.Example, exc_info: object
    ) -> None:
        del out, test
        error = exc_info[1]  # type: ignore[index]
        self._note(f"{example.source.strip()}\n  raises   {type(error).__name__}: {error}")

    def _note(self, problem: str) -> None:
        self.problem = self.problem or problem


@contextlib.contextmanager
def serve(answer: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> Iterator[str]:
    """The address of a web server on this machine that answers every request so, for examples of web nodes."""
    import http.server

    body = answer.encode() if isinstance(answer, str) else answer

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    """Check the functions of one file, in order."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.path.dirname(here), *(path for path in sys.path if path != here)]
    os.environ.setdefault("MPLBACKEND", "Agg")
    from executor import loom, registry

    sys.modules["loom"] = loom
    path, *names = sys.argv[1:]
    os.dup2(1, 2)  # one pipe, so that a process's last words stand behind the answers that came before
    answers, sys.stdout = sys.stdout, sys.stderr
    files = registry.Registry(os.getcwd())
    name = registry.module_name(path)
    files.note_files([path])
    for function in names:
        try:
            files.load_module(name)
            is_good, problem = check(sys.modules[name], function)
        except Exception as error:
            is_good, problem = False, f"{type(error).__name__}: {error}"
        print(json.dumps({"function": function, "ok": is_good, "problem": problem}), file=answers, flush=True)


if __name__ == "__main__":
    main()
