-- One row per category of financing_source, base, weighting and data status: the two latest Dutch
-- waves, the change between them and the nearest figure of another country.
{{ theme('financing_source') }}
