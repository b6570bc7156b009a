-- One row per category of innovation_type, base, weighting and data status: the two latest Dutch
-- waves, the change between them and the nearest figure of another country.
{{ theme('innovation_type') }}
