"""What an operator asks beside a run: plan, check, preview, look back, amend, mend."""
