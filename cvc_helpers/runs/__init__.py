"""One run, one folder: a case executed on a folder of tables, its report, workbook, charts and manifest."""
