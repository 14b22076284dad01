"""The pages of the portal: rows are looked up through their team, acts are left to services."""
