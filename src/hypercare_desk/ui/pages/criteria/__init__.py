"""The exit criteria page: states with trend and evidence, waivers, measurements, the decision and its sign-offs."""
