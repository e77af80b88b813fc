"""What changed between two networks, layer by layer.

Layers are paired by what they are, what they are called and how they are connected, so that one
that is inserted does not shift the rest.
"""
