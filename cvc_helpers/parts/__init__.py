"""The parts of a page, drawn alike in book and report: machine forms and wordings in, HTML out, no script, no style."""
