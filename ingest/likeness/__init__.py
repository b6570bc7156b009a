"""Compares questions and answer labels of two waves: how alike are they, and are they the same?

This is the only place that decides this. `wave new` uses it to recognise the questions of a new
file, `wave check` to find what changed since the earlier wave, and the file checks to compare the
labels in a file with the manifest. `text` prepares texts, `questions` compares questions, and
`codes` pairs the codes of two codelists by their labels.
"""
