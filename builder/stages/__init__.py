"""One stage of METHOD a file; a stage knows records and services, never another stage."""
