"""How a wave differs from earlier waves of its survey, told before any of it is loaded."""
