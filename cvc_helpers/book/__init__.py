"""How the book is built: Sphinx extensions, generated pages, and the verbs behind `make`."""
