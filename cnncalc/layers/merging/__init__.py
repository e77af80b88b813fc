"""Layers that make one map of several."""
