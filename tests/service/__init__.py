"""The service: PostgreSQL under load and kills, HTTP under bad input, bundles that change while it runs."""
