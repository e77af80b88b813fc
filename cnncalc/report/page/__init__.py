"""A network as one web page that is complete in itself: `page.py` puts it together."""
