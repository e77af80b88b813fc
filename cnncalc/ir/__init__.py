"""The intermediate representation: shapes, windows, a closed set of primitives, and the graph."""
