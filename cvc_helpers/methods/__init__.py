"""The methods, one room a subject: the question, which estimators answer it, the findings.

No room imports another; a room of several modules names them `<slug>__<part>`.
"""
