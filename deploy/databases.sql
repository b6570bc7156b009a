-- Run once by the image of PostgreSQL, when its volume is empty. It makes the first database itself.
create database dagster;
