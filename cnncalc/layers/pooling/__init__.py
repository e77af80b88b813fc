"""Pooling: a window, or a whole map, summed up in one value per channel."""
