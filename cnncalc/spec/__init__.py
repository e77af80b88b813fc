"""The spec language: from a positioned tree to a layer graph, and back to a flat spec."""
