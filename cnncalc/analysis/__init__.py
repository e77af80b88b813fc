"""The analysis: from the layer graph to the facts, one file per concern."""
