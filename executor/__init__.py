"""Loom's Python engine: runs a graph of functions and reports over standard output.

`bootstrap.py` starts it, `engine.py` answers requests, `run.py` calls the nodes. Node files import `loom` and
nothing else of it. Standard library only, and nothing heavy at start: `typing`, `asyncio` or `inspect` wait until
somebody needs them.
"""
