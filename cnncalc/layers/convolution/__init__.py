"""Convolutions: a small filter that slides over the map."""
