"""Layers that change the size of a map without weights."""
