-- One row per category of initiative_source, base, weighting and data status: the two latest Dutch
-- waves, the change between them and the nearest figure of another country.
{{ theme('initiative_source') }}
