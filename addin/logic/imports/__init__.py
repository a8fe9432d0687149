"""What is imported: the kinds of files, their columns and rows, and the rules by which rows become cases.

Reading files is not done here: `addin.imports` turns a file into rows of these shapes, `import_run` carries what the
rules say to the service.
"""
