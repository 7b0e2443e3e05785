"""The planted truths, one module a subject, found by name: each has `planted(plan)`, finding to value."""
