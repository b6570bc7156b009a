"""Raw Parquet: a faithful, engine-neutral copy of what was described and answered.

    raw/registry/<table>.parquet          one file per table of `descriptions.TABLES`
    raw/<table>/<survey>/<wave>.parquet   one file per wave and table of `answers.TABLES`

These two lists are all raw tables. dbt's source `raw` has the same names.
"""
