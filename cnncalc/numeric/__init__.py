"""The NumPy backend: a network's graph run on arrays, batch first and channels last."""
