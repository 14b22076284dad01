"""Sign-in by a company's directory and provider; those tests that need them run in an environment
of their own (test_for_real.py)."""
