"""The rules, one file each; nothing lists them."""
