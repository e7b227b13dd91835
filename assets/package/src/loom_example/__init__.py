"""Nodes for Loom; they are in `loom_example.nodes`."""
