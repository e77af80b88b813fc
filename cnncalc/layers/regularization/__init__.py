"""Layers that do something in training only."""
