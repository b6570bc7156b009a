"""Statistical models of answers: factors, clusters, regressions and words.

Functions take and return data frames and know nothing of surveys, files or releases. The Python
models of dbt (`dbt_project/models/estimates/*.py`) call them with answers of one survey and wave.
"""
