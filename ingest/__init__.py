"""Files of survey waves to raw Parquet; knows no survey by name and none of the other packages."""
