"""Models of other programs into networks: Keras, ONNX, ConvNetJS and PyTorch.

Every importer writes the data of a flat spec, which is validated, expanded and shaped like any
other; none of them computes a shape itself. What a spec has no word for becomes an `opaque` layer
that says what it is.
"""
