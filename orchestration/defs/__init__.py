"""Assets and checks by concern; every module here has `definitions(settings)` and is found."""
