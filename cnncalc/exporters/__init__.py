"""Networks in the forms that other tools read, one folder or file per form."""
